import { secp256k1 } from "@noble/curves/secp256k1.js";
import { INFINITY, type Point } from "../../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { LIMBS, WORD_BYTES } from "../../../../src/proofs/circuits/shapes/word.ts";
import { P } from "../../../../src/proofs/field/koala-bear.ts";
import type { Truth } from "../../arithmetic/support/true-messages.ts";

const { Fp } = secp256k1.Point;

/** Integer nearest to zero that an element of the field represents. */
export const centred = (element: number): number => (element > P / 2 ? element - P : element);

export function valueOf(digits: readonly number[], bits: bigint): bigint {
  return digits.reduceRight((sum, digit) => (sum << bits) + BigInt(digit), 0n);
}

const within = (digits: readonly number[], low: number, high: number): boolean => digits.every((d) => d >= low && d <= high);

/** x · z = r modulo the prime, by the field of another implementation; digits that the sender must not send are not asked. */
export function truthOfProduct(message: readonly number[]): Truth {
  const all = message.map(centred);
  const [x, z, r] = [all.slice(0, WORD_BYTES), all.slice(WORD_BYTES, 2 * WORD_BYTES), all.slice(2 * WORD_BYTES)];
  const isAsked = (within(x, 0, 255) && within(z, 0, 255)) || (within(x, -255, 255) && within(z, -128, 127));
  if (r.length !== LIMBS || !isAsked || !within(r, 1 - 2 ** 18, 2 ** 18 - 1)) return "not asked";
  const product = Fp.mul(Fp.create(valueOf(x, 8n)), Fp.create(valueOf(z, 8n)));
  return Fp.eql(product, Fp.create(valueOf(r, 16n))) ? "true" : "false";
}

/**
 * (x3, y3) is the sum of two points by the definition in SEC 1, section 2.2.1, which holds on any curve y² = x³ + b: so points
 * that no curve has in common are asked too, and what they have as a sum is false. Points with y = 0 are not asked, however 0 is
 * written: they are on no curve whose order is odd.
 */
export function truthOfSum(message: readonly number[]): Truth {
  const [x1 = 0n, y1 = 0n, x2 = 0n, y2 = 0n, x3 = 0n, y3 = 0n] = [0, 1, 2, 3, 4, 5].map((i) =>
    valueOf(message.slice(WORD_BYTES * i, WORD_BYTES * (i + 1)), 8n),
  );
  const hasOrderTwo = (x: bigint, y: bigint): boolean => Fp.create(y) === 0n && (x !== 0n || y !== 0n);
  const areInRange = within(message.slice(0, 4 * WORD_BYTES), 0, 255) && x1 < Fp.ORDER && x2 < Fp.ORDER;
  const isAsked = areInRange && !hasOrderTwo(x1, y1) && !hasOrderTwo(x2, y2);
  if (message.length !== 6 * WORD_BYTES || !isAsked) return "not asked";
  if (!within(message.slice(4 * WORD_BYTES), 0, 255)) return "false";
  const sum = formalSum({ x: x1, y: Fp.create(y1) }, { x: x2, y: Fp.create(y2) });
  return sum !== undefined && isWritten(sum, { x: x3, y: y3 }) ? "true" : "false";
}

/** True if coordinates represent a point: with its y, or with y + p. Infinity is (0, 0) and nothing else. */
function isWritten(point: Point, { x, y }: Point): boolean {
  return x === point.x && (y === point.y || (point.y !== 0n && y === point.y + Fp.ORDER));
}

/** Sum by the definition's formulas; undefined for points with the same x that are neither equal nor opposite. */
export function formalSum(first: Point, second: Point): Point | undefined {
  const isZero = ({ x, y }: Point): boolean => x === 0n && y === 0n;
  if (isZero(first)) return second;
  if (isZero(second)) return first;
  const areOpposite = Fp.create(first.y + second.y) === 0n;
  if (first.x === second.x && first.y !== second.y) return areOpposite ? { x: 0n, y: 0n } : undefined;
  const slope =
    first.x === second.x
      ? Fp.mul(Fp.create(3n * first.x * first.x), Fp.inv(Fp.create(2n * first.y)))
      : Fp.mul(Fp.create(second.y - first.y), Fp.inv(Fp.create(second.x - first.x)));
  const x = Fp.create(slope * slope - first.x - second.x);
  return { x, y: Fp.create(slope * (first.x - x) - first.y) };
}

/** Sum of two points of the curve by another implementation. */
export function pointSum(first: Point, second: Point): Point {
  return fromCurve(toCurve(first).add(toCurve(second)));
}

const MULTIPLES = new Map<string, Point>();

/** Sum of u generators and v points by another implementation. */
export function pointSumOfMultiples(u: bigint, v: bigint, point: Point): Point {
  const key = [u, v, point.x, point.y].join();
  const known = MULTIPLES.get(key);
  if (known !== undefined) return known;
  const times = (base: CurvePoint, scalar: bigint): CurvePoint =>
    base.is0() ? base : base.multiplyUnsafe(scalar % secp256k1.Point.Fn.ORDER);
  const sum = fromCurve(times(secp256k1.Point.BASE, u).add(times(toCurve(point), v)));
  MULTIPLES.set(key, sum);
  return sum;
}

type CurvePoint = InstanceType<typeof secp256k1.Point>;

function toCurve({ x, y }: Point): CurvePoint {
  return y === 0n ? secp256k1.Point.ZERO : secp256k1.Point.fromAffine({ x, y });
}

function fromCurve(point: CurvePoint): Point {
  return point.is0() ? INFINITY : point.toAffine();
}

/**
 * Truth of a claim about u generators and v points, by another implementation; undefined for scalars that are not words and
 * points of no curve.
 */
export function truthOfMultiple([_time, ...message]: readonly number[]): Truth {
  const scalars = message.slice(0, 2 * LIMBS);
  const bytes = message.slice(2 * LIMBS);
  const [u, v] = [valueOf(scalars.slice(0, LIMBS), 16n), valueOf(scalars.slice(LIMBS), 16n)];
  const [x = 0n, y = 0n, resultX = 0n, resultY = 0n] = [0, 1, 2, 3].map((i) =>
    valueOf(bytes.slice(WORD_BYTES * i, WORD_BYTES * (i + 1)), 8n),
  );
  const isInRange = within(scalars, 0, 0xffff) && within(bytes.slice(0, 2 * WORD_BYTES), 0, 255) && x < Fp.ORDER;
  if (!isInRange || !isOnCurve({ x, y })) return "not asked";
  if (!within(bytes.slice(2 * WORD_BYTES), 0, 255)) return "false";
  const expected = pointSumOfMultiples(u, v, { x, y: Fp.create(y) });
  return isWritten(expected, { x: resultX, y: resultY }) ? "true" : "false";
}

function isOnCurve({ x, y }: Point): boolean {
  return (x === 0n && y === 0n) || Fp.eql(Fp.sqr(Fp.create(y)), Fp.create(x ** 3n + 7n));
}
