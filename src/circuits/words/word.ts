/** A word of the EVM has 16 limbs of 16 bits, lowest first. */
export const LIMBS = 16;
/** What limbs are below. */
export const LIMB = 2 ** 16;
/** Bytes of a word. */
export const WORD_BYTES = 32;
/** What words are below. */
export const WORD = 1n << 256n;

/** The lowest limbs of a number from 0, lowest first. */
export function limbsOf(value: bigint, count = LIMBS): number[] {
  return Array.from({ length: count }, (_, i) => Number((value >> BigInt(16 * i)) & 0xffffn));
}

/** The lowest bytes of a number from 0, lowest first. */
export function bytesOf(value: bigint, count = WORD_BYTES): number[] {
  return Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

/** The number that limbs stand for. */
export function wordOf(limbs: readonly number[]): bigint {
  return limbs.reduceRight((sum, limb) => (sum << 16n) + BigInt(limb), 0n);
}

/** A word as an integer of 256 bits with sign, and back. */
export const signed = (word: bigint): bigint => BigInt.asIntN(256, word);
export const unsigned = (value: bigint): bigint => BigInt.asUintN(256, value);
