import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { CURVE_CHOICE, CURVE_CHOSEN, CURVE_SUM } from "../buses.ts";
import { assertBoolean } from "../words/expressions.ts";
import { WORD_BYTES } from "../shapes/word.ts";

/** x3, y3 is the sum of two points, which steps of a multiple add for a digit. */
export const CURVE_CHOICE_FIELDS = {
  real: 1,
  time: 1,
  digit: 1,
  x1: WORD_BYTES,
  y1: WORD_BYTES,
  x2: WORD_BYTES,
  y2: WORD_BYTES,
  x3: WORD_BYTES,
  y3: WORD_BYTES,
  /** Inverse of the sum of y3's bytes, which shows that the point is not infinity. */
  inverse: 1,
  uses: 1,
} as const;

export type CurveChoiceCells = FieldValues<typeof CURVE_CHOICE_FIELDS, number>;

/** The table of points that steps of multiples choose from. */
export function curveChoiceAir(): Air {
  const b = new AirBuilder("curveChoice", 0);
  const { real, time, digit, x1, y1, x2, y2, x3, y3, inverse, uses } = b.declare(CURVE_CHOICE_FIELDS);
  assertBoolean(b, { real });
  const one = b.constant(1);
  b.assertEqual("the sum is finite", "everyRow", b.mul(b.add(...y3), inverse), one, real);
  b.assertZero("only a real row answers", "everyRow", uses, b.sub(one, real));
  b.receive(CURVE_CHOICE, real, { time, digit, x1, y1, x2, y2 });
  b.send(CURVE_SUM, real, { x1, y1, x2, y2, x3, y3 });
  b.receive(CURVE_CHOSEN, uses, { time, digit, x: x3, y: y3 });
  return b.build();
}
