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

/** A word outside its range. */
export class WordError extends NamedError<"WordOutOfRange"> {
  override readonly name = "WordError";
}
