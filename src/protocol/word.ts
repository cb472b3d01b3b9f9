import { NamedError } from "../errors/named-error.ts";

/** Limbs in a 256-bit word. */
const WORD_LIMBS = 16;
/** One more than the largest word. */
export const WORD_LIMIT = 1n << 256n;
/** One more than the largest address. */
export const ADDRESS_LIMIT = 1n << 160n;

const LIMB_BITS = 16n;
const LIMB_MASK = 0xffffn;

/**
 * The word as 16-bit limbs, least significant first: the only form in which circuits see words.
 * Shape: `count` limbs (16 for a whole word, 10 for an address). Throws WordError when the value needs more.
 */
export function toLimbs(word: bigint, count: number = WORD_LIMBS): number[] {
  if (word < 0n || word >> (LIMB_BITS * BigInt(count)) !== 0n) {
    throw new WordError("WordOutOfRange", `${word} does not fit ${count} limbs of 16 bits`);
  }
  return Array.from({ length: count }, (_, i) => Number((word >> (LIMB_BITS * BigInt(i))) & LIMB_MASK));
}

/** The value of 16-bit limbs, least significant first. Throws WordError when a limb is not in [0, 2^16). */
export function fromLimbs(limbs: readonly number[]): bigint {
  let word = 0n;
  limbs.forEach((limb, i) => {
    if (!Number.isInteger(limb) || limb < 0 || limb > 0xffff) {
      throw new WordError("LimbOutOfRange", `limb ${i} is ${limb}, which is not a 16-bit number`);
    }
    word |= BigInt(limb) << (LIMB_BITS * BigInt(i));
  });
  return word;
}

/** A word or a limb outside its range. */
export class WordError extends NamedError<"WordOutOfRange" | "LimbOutOfRange"> {
  override readonly name = "WordError";
}
