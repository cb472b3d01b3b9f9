import { bn254 } from "@noble/curves/bn254.js";
import type { Random } from "../../chain/state/support/random.ts";
import { bytesOf } from "./reference.ts";

const { Fp, Fp2 } = bn254.fields;
const { Point: First } = bn254.G1;
const { Point: Second } = bn254.G2;
/** Generators of the two groups. */
export const [FIRST, SECOND] = [First.BASE, Second.BASE];
/** Points at infinity. */
export const INFINITE = { first: First.ZERO, second: Second.ZERO };
export type FirstPoint = typeof First.BASE;
export type SecondPoint = typeof Second.BASE;

/** Order of the groups of pairings. */
export const GROUP_ORDER = bn254.fields.Fr.ORDER;
/** Prime factors of the number of cosets of the second group in its curve: p and r are the curve's prime and order in 2p − r. */
export const COFACTORS = [
  10_069n,
  5_864_401n,
  1_875_725_156_269n,
  197_620_364_512_881_247_228_717_050_342_013_327_560_683_201_906_968_909n,
];
/** Number of points of the second curve. */
export const CURVE_ORDER = GROUP_ORDER * (2n * Fp.ORDER - GROUP_ORDER);

/** Point of the second curve, which is hardly ever in the group. */
export function randomTwistPoint(random: Random): SecondPoint {
  for (;;) {
    const x = { c0: randomNumber(random), c1: randomNumber(random) };
    const y2 = Fp2.add(Fp2.mul(Fp2.sqr(x), x), curveConstant());
    try {
      return Second.fromAffine({ x, y: Fp2.sqrt(y2) });
    } catch {
      // y2 is not a square.
    }
  }
}

/** 3/ξ of the second curve y² = x³ + 3/ξ, from its generator. */
function curveConstant(): ReturnType<typeof Fp2.sqr> {
  const { x, y } = Second.BASE.toAffine();
  return Fp2.sub(Fp2.sqr(y), Fp2.mul(Fp2.sqr(x), x));
}

export function randomNumber(random: Random): bigint {
  return Array.from({ length: 32 }, () => BigInt(random.below(256))).reduce((sum, byte) => 256n * sum + byte) % Fp.ORDER;
}

/** Multiple of a point of any order. */
export function multipleOf(point: SecondPoint, factor: bigint): SecondPoint {
  let sum = Second.ZERO;
  for (const bit of factor.toString(2)) {
    sum = sum.double();
    if (bit === "1") sum = sum.add(point);
  }
  return sum;
}

/** Point of a prime order that divides the second curve's. */
export function pointOfOrder(order: bigint, random: Random): SecondPoint {
  for (;;) {
    const point = multipleOf(randomTwistPoint(random), CURVE_ORDER / order);
    if (!point.equals(Second.ZERO)) return point;
  }
}

/** The precompiled contract's input for a pair of points. Infinity is zeros. */
export function encodedPair(first: FirstPoint, second: SecondPoint): Uint8Array {
  const p = first.equals(First.ZERO) ? { x: 0n, y: 0n } : first.toAffine();
  const none = { c0: 0n, c1: 0n };
  const q = second.equals(Second.ZERO) ? { x: none, y: none } : second.toAffine();
  return Buffer.concat([p.x, p.y, q.x.c1, q.x.c0, q.y.c1, q.y.c0].map((value) => bytesOf(value, 32)));
}
