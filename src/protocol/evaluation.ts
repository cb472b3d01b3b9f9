import { FIELD_MODULUS } from "./digest.ts";
import { entryLimbs } from "./diff-list.ts";
import type { DiffEntry } from "./diff-list.ts";

/** An element of KoalaBear[X] / (X⁵ + X² − 1): five canonical coordinates, constant term first. */
export type Quintic = readonly [number, number, number, number, number];

/** The point of a batch whose data is not on L1: the evaluation there is the entry count. */
export const OFF_CHAIN_POINT: Quintic = [0, 0, 0, 0, 0];

/**
 * y: the complete list's canonical limbs as coefficients, first limb highest, then the entry count as the constant
 * term, evaluated at the point by Horner's rule. Two different lists have different polynomials, since an entry's tag is
 * never zero and tells its length.
 */
export function evaluateDiffList(entries: readonly DiffEntry[], point: Quintic): Quintic {
  let sum: Quintic = [0, 0, 0, 0, 0];
  for (const entry of entries) {
    for (const limb of entryLimbs(entry)) sum = timesPlus(sum, point, limb);
  }
  return timesPlus(sum, point, entries.length);
}

/** a·b + c, with c in the base field. */
function timesPlus(a: Quintic, b: Quintic, c: number): Quintic {
  const product = new Array<number>(9).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      product[i + j] = ((product[i + j] ?? 0) + times(x, y)) % FIELD_MODULUS;
    });
  });
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0, p4 = 0, p5 = 0, p6 = 0, p7 = 0, p8 = 0] = product;
  // X⁵ = 1 − X², hence X⁶ = X − X³, X⁷ = X² − X⁴ and X⁸ = X³ − X⁵ = X³ + X² − 1.
  return [reduce(p0 + p5 - p8 + c), reduce(p1 + p6), reduce(p2 - p5 + p7 + p8), reduce(p3 - p6 + p8), reduce(p4 - p7)];
}

/** Domain: canonical in and out. Every intermediate stays below 2^49, exact in a double. */
function times(a: number, b: number): number {
  return (((a * (b >>> 16)) % FIELD_MODULUS) * 0x10000 + a * (b & 0xffff)) % FIELD_MODULUS;
}

function reduce(x: number): number {
  const rest = x % FIELD_MODULUS;
  return rest < 0 ? rest + FIELD_MODULUS : rest;
}
