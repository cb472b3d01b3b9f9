import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { CURVE_PRODUCT, CURVE_SUM } from "../buses.ts";
import { PRIME } from "../secp256k1/secp256k1.ts";
import { assertBoolean, element, limbsOfBytes, lookUpBytes, lookUpLimbs } from "../words/expressions.ts";
import { assertLess, LESS_FIELDS } from "../words/less-than.ts";
import { LIMBS, limbsOf, WORD_BYTES } from "../shapes/word.ts";

/** Offset of a slope's bytes over its digits, which are from −128 to 127. */
export const SLOPE_OFFSET = 128;

/** x3, y3 is the sum of two points, of bytes. One of the first five flags says how. */
export const CURVE_SUM_FIELDS = {
  /** 1 for the line through two points that differ in x. */
  chord: 1,
  /** 1 for the tangent of a point that is added to itself. */
  tangent: 1,
  /** The points differ in the sign of y, and the sum is infinity. */
  opposite: 1,
  /** The second, or the first, is infinity. */
  onlyFirst: 1,
  onlySecond: 1,
  x1: WORD_BYTES,
  y1: WORD_BYTES,
  x2: WORD_BYTES,
  y2: WORD_BYTES,
  x3: WORD_BYTES,
  y3: WORD_BYTES,
  /** Slope of the line, as digits plus `SLOPE_OFFSET`. */
  slope: WORD_BYTES,
  /** Half of the square of x1, for a tangent. */
  half: LIMBS,
  /** Makes 1 of the differences of x1 and x2, for a chord. */
  differs: LIMBS,
  /** Inverses of the sums of the bytes of y1 and y2: neither point is infinity. */
  inverse1: 1,
  inverse2: 1,
  /** Shows x3 to be below the prime. */
  ...LESS_FIELDS,
  uses: 1,
} as const;

export type CurveSumCells = FieldValues<typeof CURVE_SUM_FIELDS, number>;
type Columns = FieldValues<typeof CURVE_SUM_FIELDS, Expression>;

/** The table of sums of points of secp256k1, one a row. */
export function curveSumAir(): Air {
  const b = new AirBuilder("curveSum", 0);
  const columns = b.declare(CURVE_SUM_FIELDS);
  const { chord, tangent, opposite, onlyFirst, onlySecond, x1, y1, x2, y2, x3, y3, slope, half, uses } = columns;
  assertBoolean(b, { chord, tangent, opposite });
  b.assertEqual("one case", "everyRow", b.add(chord, tangent, opposite, onlyFirst, onlySecond), b.constant(1));
  for (const bytes of [x3, y3, slope]) lookUpBytes(b, bytes);
  lookUpLimbs(b, half);
  assertCase(b, columns);
  assertCopied(b, columns);
  const hasLine = b.add(chord, tangent);
  const prime = limbsOf(PRIME).map((limb) => b.constant(limb));
  assertLess(b, hasLine, limbsOfBytes(b, x3), prime, columns);
  askLine(b, columns);
  b.receive(CURVE_SUM, uses, { x1, y1, x2, y2, x3, y3 });
  return b.build();
}

/** The flag is the right one for the two points. No point but infinity has y = 0. */
function assertCase(b: AirBuilder, columns: Columns): void {
  const { chord, tangent, opposite, onlyFirst, onlySecond, x1, y1, x2, y2, differs, inverse1, inverse2 } = columns;
  const one = b.constant(1);
  const isFinite = b.add(chord, tangent, opposite);
  b.assertEqual("the first is finite", "everyRow", b.mul(b.add(...y1), inverse1), one, isFinite);
  b.assertEqual("the second is finite", "everyRow", b.mul(b.add(...y2), inverse2), one, isFinite);
  b.assertZero("the first is infinity", "everyRow", b.add(...x1, ...y1), onlySecond);
  b.assertZero("the second is infinity", "everyRow", b.add(...x2, ...y2), onlyFirst);
  const differences = (first: readonly Expression[], second: readonly Expression[]): Expression[] => {
    const limbs = limbsOfBytes(b, second);
    return limbsOfBytes(b, first).map((limb, i) => b.sub(limb, element(limbs, i)));
  };
  const ofX = differences(x1, x2);
  const witness = b.add(...ofX.map((difference, i) => b.mul(difference, element(differs, i))));
  b.assertEqual("x differs", "everyRow", witness, one, chord);
  ofX.forEach((difference, i) => b.assertZero(`x: limb ${i} is the same`, "everyRow", difference, b.add(tangent, opposite)));
  differences(y1, y2).forEach((difference, i) => {
    b.assertZero(`y: limb ${i} is the same`, "everyRow", difference, tangent);
  });
}

/** Without a line the sum is one of the points, or infinity. */
function assertCopied(b: AirBuilder, columns: Columns): void {
  const { opposite, onlyFirst, onlySecond, x1, y1, x2, y2, x3, y3 } = columns;
  const isCopied = b.add(opposite, onlyFirst, onlySecond);
  const copy = (name: string, [first, second, sum]: readonly (readonly Expression[])[]): void => {
    const [left, right] = [limbsOfBytes(b, first ?? []), limbsOfBytes(b, second ?? [])];
    limbsOfBytes(b, sum ?? []).forEach((limb, i) => {
      const copied = b.add(b.mul(onlyFirst, element(left, i)), b.mul(onlySecond, element(right, i)));
      b.assertEqual(`${name}: limb ${i} of the sum is copied`, "everyRow", b.mul(isCopied, limb), copied);
    });
  };
  copy("x", [x1, x2, x3]);
  copy("y", [y1, y2, y3]);
}

/** The line goes through both points and meets the curve in the sum, with the sign of y changed. */
function askLine(b: AirBuilder, columns: Columns): void {
  const { chord, tangent, opposite, x1, y1, x2, y2, x3, y3, slope, half } = columns;
  const digits = slope.map((byte) => b.sub(byte, b.constant(SLOPE_OFFSET)));
  const [left, right] = [limbsOfBytes(b, y1), limbsOfBytes(b, y2)];
  const hasLine = b.add(chord, tangent);
  const same = b.add(tangent, opposite);
  // (x2 − x1) · slope = y2 − y1; or y1 · slope = 3 · half, with x1² = 2 · half; or y1 · 1 = −y2.
  b.send(CURVE_PRODUCT, b.add(hasLine, opposite), {
    x: x1.map((byte, i) => b.add(b.mul(chord, b.sub(element(x2, i), byte)), b.mul(same, element(y1, i)))),
    z: digits.map((digit, i) => b.add(b.mul(hasLine, digit), i === 0 ? opposite : b.constant(0))),
    r: left.map((limb, i) =>
      b.add(
        b.mul(chord, b.sub(element(right, i), limb)),
        b.mul(tangent, b.scale(element(half, i), 3)),
        b.scale(b.mul(opposite, element(right, i)), -1),
      ),
    ),
  });
  b.send(CURVE_PRODUCT, tangent, { x: x1, z: x1, r: half.map((limb) => b.scale(limb, 2)) });
  const [first, second, third] = [limbsOfBytes(b, x1), limbsOfBytes(b, x2), limbsOfBytes(b, x3)];
  const sumOfX = third.map((limb, i) => b.add(limb, element(first, i), element(second, i)));
  b.send(CURVE_PRODUCT, hasLine, { x: digits, z: digits, r: sumOfX });
  const sumOfY = limbsOfBytes(b, y3).map((limb, i) => b.add(limb, element(left, i)));
  b.send(CURVE_PRODUCT, hasLine, { x: x1.map((byte, i) => b.sub(byte, element(x3, i))), z: digits, r: sumOfY });
}
