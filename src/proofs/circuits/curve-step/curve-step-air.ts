import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { CURVE_CHOSEN, CURVE_LIMBS, CURVE_SCALARS, CURVE_STEP } from "../buses.ts";
import { PRODUCT_WITNESS, assertProduct } from "../curve-product/product-identity.ts";
import { assertBoolean, element, limbsOfBytes, lookUpBytes } from "../words/expressions.ts";
import { LIMB, LIMBS, WORD_BYTES } from "../shapes/word.ts";

/** Offset of bytes of slopes and of the gap over their digits, which are from −128 to 127. */
export const DIGIT_OFFSET = 128;
/** The lowest of the limbs that are not all the highest possible in a step's result: so it is below 2^256 − 2^48. */
export const FIRST_UPPER_LIMB = 3;
/** Products of a step, in order. */
export const STEP_PRODUCTS = ["slope", "gap", "second slope", "next x", "next y"] as const;

/**
 * A step takes a bit of each scalar: (nextX, nextY) is twice the point (x, y) plus the point that the bits
 * choose. The chosen point and (x, y) are added by the line through both; then (x, y) is added to this sum.
 */
export const CURVE_STEP_FIELDS = {
  /** 1 if the row is a step, and 1 if its bits are the lowest of a limb. */
  real: 1,
  full: 1,
  time: 1,
  step: 1,
  bits: CURVE_SCALARS,
  /** Numbers formed by the bits of the current limbs before these. */
  parts: CURVE_SCALARS,
  x: WORD_BYTES,
  y: WORD_BYTES,
  chosenX: WORD_BYTES,
  chosenY: WORD_BYTES,
  /** Slope of the line through both points, as digits plus `DIGIT_OFFSET`, like the next two. */
  slope: WORD_BYTES,
  /** The x of their sum, less x. */
  gap: WORD_BYTES,
  /** Slope of the line through the sum and the point. */
  secondSlope: WORD_BYTES,
  nextX: WORD_BYTES,
  nextY: WORD_BYTES,
  /** Makes 1 of the differences of x and chosenX. */
  differs: LIMBS,
  /** Inverse of the distance of nextX's upper limbs from their highest values. */
  inverse: 1,
  /** The witnesses of all products. */
  quotients: 80,
  carries: 160,
} as const;

export type CurveStepCells = FieldValues<typeof CURVE_STEP_FIELDS, number>;
type Columns = FieldValues<typeof CURVE_STEP_FIELDS, Expression>;

/** The table of steps of multiples: each doubles a point and adds another. */
export function curveStepAir(): Air {
  const b = new AirBuilder("curveStep", 0);
  const columns = b.declare(CURVE_STEP_FIELDS);
  const { real, full, bits, slope, gap, secondSlope, nextX, nextY } = columns;
  assertBoolean(b, { real, full, bits });
  b.assertZero("only a step is full", "everyRow", full, b.sub(b.constant(1), real));
  for (const bytes of [slope, gap, secondSlope, nextX, nextY]) lookUpBytes(b, bytes);
  assertPlaces(b, columns);
  assertLines(b, columns);
  askAndGoOn(b, columns);
  return b.build();
}

/** The two points differ in x, modulo the prime too: both are below it, as the next point is. */
function assertPlaces(b: AirBuilder, { real, x, chosenX, nextX, differs, inverse }: Columns): void {
  const [own, chosen, next] = [limbsOfBytes(b, x), limbsOfBytes(b, chosenX), limbsOfBytes(b, nextX)];
  const one = b.constant(1);
  const witness = b.add(...chosen.map((limb, i) => b.mul(b.sub(limb, element(own, i)), element(differs, i))));
  b.assertEqual("x differs", "everyRow", witness, one, real);
  const lacking = next.slice(FIRST_UPPER_LIMB).map((limb) => b.sub(b.constant(LIMB - 1), limb));
  b.assertEqual("next x is below the prime", "everyRow", b.mul(b.add(...lacking), inverse), one, real);
}

/** Both lines meet the curve where they must. */
function assertLines(b: AirBuilder, columns: Columns): void {
  const { x, y, chosenX, chosenY, nextX, nextY, quotients, carries } = columns;
  const digitsOf = (bytes: readonly Expression[]): Expression[] => bytes.map((byte) => b.sub(byte, b.constant(DIGIT_OFFSET)));
  const [slope, gap, second] = [digitsOf(columns.slope), digitsOf(columns.gap), digitsOf(columns.secondSlope)];
  const limbsOf = (bytes: readonly Expression[]): Expression[] => limbsOfBytes(b, bytes);
  const [limbsX, limbsY, limbsGap] = [limbsOf(x), limbsOf(y), limbsOf(gap)];
  const minus = (left: readonly Expression[], right: readonly Expression[]): Expression[] =>
    left.map((digit, i) => b.sub(digit, element(right, i)));
  const plus = (...lists: readonly (readonly Expression[])[]): Expression[] =>
    limbsX.map((_, i) => b.add(...lists.map((list) => element(list, i))));
  const twice = (limbs: readonly Expression[], factor = 2): Expression[] => limbs.map((limb) => b.scale(limb, factor));
  const sums = slope.map((digit, i) => b.add(digit, element(second, i)));
  const products = [
    // (chosenX − x) · slope = chosenY − y
    { x: minus(chosenX, x), z: slope, r: minus(limbsOf(chosenY), limbsY) },
    // slope² = x + chosenX + (x + gap)
    { x: slope, z: slope, r: plus(twice(limbsX), limbsOf(chosenX), limbsGap) },
    // The sum's y is −y − slope · gap; so second · gap = (−y − slope · gap) − y.
    { x: sums, z: gap, r: twice(limbsY, -2) },
    // second² = x + (x + gap) + nextX
    { x: second, z: second, r: plus(twice(limbsX), limbsGap, limbsOf(nextX)) },
    // (x − nextX) · second = y + nextY
    { x: minus(x, nextX), z: second, r: plus(limbsY, limbsOf(nextY)) },
  ];
  products.forEach((product, i) => {
    const own = (list: readonly Expression[], count: number): Expression[] => list.slice(count * i, count * (i + 1));
    const witness = { quotient: own(quotients, PRODUCT_WITNESS.quotient), carry: own(carries, PRODUCT_WITNESS.carry) };
    assertProduct(b, `${STEP_PRODUCTS[i] ?? ""}: limb`, product, witness);
  });
}

/**
 * Requests the point that the bits choose; the bits are the next of their limbs, which start over when full.
 */
function askAndGoOn(b: AirBuilder, columns: Columns): void {
  const { real, full, time, step, bits, parts, x, y, chosenX, chosenY, nextX, nextY } = columns;
  const digit = b.add(...bits.map((bit, i) => b.scale(bit, 2 ** i)));
  b.send(CURVE_CHOSEN, real, { time, digit, x: chosenX, y: chosenY });
  const limbs = parts.map((part, i) => b.add(b.scale(part, 2), element(bits, i)));
  const next = b.add(step, b.constant(1));
  b.receive(CURVE_STEP, real, { time, step, parts, x, y });
  const goesOn = b.sub(b.constant(1), full);
  b.send(CURVE_STEP, real, { time, step: next, parts: limbs.map((limb) => b.mul(goesOn, limb)), x: nextX, y: nextY });
  b.send(CURVE_LIMBS, full, { time, step: next, limbs });
}
