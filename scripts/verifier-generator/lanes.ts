import { P, pow } from "../../src/proofs/field/koala-bear.ts";

/**
 * Representation of a quintic extension element in the generated Yul: five lanes of 51 bits in one word, lane
 * i the coordinate of Xⁱ, not necessarily reduced. M = 2^255 + 2^102 − 1 is the extension's modulus X⁵ + X² −
 * 1 at X = 2^51, so the EVM's `mulmod` by M multiplies two elements and reduces the polynomial at once.
 */

export const PRIME = BigInt(P);
export const LANE_BITS = 51n;
export const LANE_COUNT = 5;
/** Lanes must stay below this. */
export const LANE_LIMIT = 1n << LANE_BITS;
/** X⁵ + X² − 1 at X = 2^51. */
export const EXTENSION_MODULUS = (1n << 255n) + (1n << 102n) - 1n;
/** 2^40 mod p: a product in Yul is a·b·2^-40, so a factor in "Montgomery form" carries this. */
export const MONTGOMERY = BigInt(pow(2, 40));
/** 2^80 mod p: scaling by it (and losing 2^40) brings an element into Montgomery form. */
export const MONTGOMERY_SQUARE = BigInt(pow(2, 80));

/** Puts integers into lanes of `stride` bits, the first lowest. */
export function lanes(values: readonly bigint[], stride: bigint = LANE_BITS): bigint {
  return values.reduce((word, value, i) => word + (value << (stride * BigInt(i))), 0n);
}

/** Word with the value in all five lanes. */
export function everyLane(value: bigint): bigint {
  return lanes(Array.from({ length: LANE_COUNT }, () => value));
}

/** The five lanes of a word. */
export function lanesOf(word: bigint): bigint[] {
  return Array.from({ length: LANE_COUNT }, (_, i) => (word >> (LANE_BITS * BigInt(i))) & (LANE_LIMIT - 1n));
}

/** A Yul literal. */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** Largest lane of the operand `a` of `extMul`: its bias keeps the negative terms positive up to here (1.3·p). */
export const MUL_LEFT_LIMIT = (PRIME * 85200n) / 65535n;
/** The operand `b` of `extMul` is read in two halves of 16 bits. */
export const MUL_RIGHT_LIMIT = (1n << 32n) - 1n;
/**
 * Largest lane that `extMul` returns: lane 2 gathers six products of the left operand with a half of 16 bits, the bias
 * of its four negative terms, and the carry of the lower half; the last step divides by 2^24 and adds p.
 */
export const MUL_OUT = PRIME + (((6n * MUL_LEFT_LIMIT * 65535n + 4n * 85200n * PRIME + (1n << 36n)) >> 24n) + 1n);
/** Largest lane of the operand of `extScale`: the lower half's product and its bias must stay inside the lane. */
export const SCALE_LIMIT = (LANE_LIMIT - 1n - (PRIME << 16n)) / 65535n;
/** Largest lane that `extScale` returns for the largest operand. */
export const SCALE_OUT = PRIME + (((SCALE_LIMIT * 32768n + (LANE_LIMIT >> 16n)) >> 24n) + 1n);

/** Largest lane after one `extNormalize` of lanes up to `bound`: the top bits come back times 2^31 mod p. */
export function normalizedBound(bound: bigint): bigint {
  const top = bound >> 31n;
  return top === 0n ? bound : (1n << 31n) - 1n + top * 0xffffffn;
}
