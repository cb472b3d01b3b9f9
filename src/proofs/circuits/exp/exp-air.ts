import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU } from "../buses.ts";
import { assertBoolean, constantWord, element, lookUpLimbs, zeroWord } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";

/**
 * One bit of an exponent a row. With exponent = 2 · half + bit, the row asks for root = base^half, which another row answers,
 * for square = root², and, if the bit is set, for square · base. The exponent 0 gives 1 and asks for nothing.
 */
export const EXP_FIELDS = {
  base: LIMBS,
  exponent: LIMBS,
  half: LIMBS,
  /** The lowest bit of each limb of the exponent. */
  low: LIMBS,
  root: LIMBS,
  square: LIMBS,
  result: LIMBS,
  /** 1 if the exponent is not 0; the inverse of the sum of its limbs. */
  goesOn: 1,
  inverse: 1,
  uses: 1,
} as const;

export type ExpCells = Omit<FieldValues<typeof EXP_FIELDS, number>, "uses">;

/** The table of EXP. */
export function expAir(): Air {
  const b = new AirBuilder("exp", 0);
  const { base, exponent, half, low, root, square, result, goesOn, inverse, uses } = b.declare(EXP_FIELDS);
  const one = b.constant(1);
  assertBoolean(b, { low, goesOn });
  lookUpLimbs(b, half);
  for (let i = 0; i < LIMBS; i++) {
    const fromAbove = i + 1 < LIMBS ? b.scale(element(low, i + 1), LIMB) : b.constant(0);
    const right = b.add(b.sub(element(exponent, i), element(low, i)), fromAbove);
    b.assertEqual(`limb ${i} of the half`, "everyRow", b.scale(element(half, i), 2), right);
  }
  const sum = b.add(...exponent);
  b.assertEqual("continues only if the exponent is not zero", "everyRow", goesOn, b.mul(sum, inverse));
  const ends = b.sub(one, goesOn);
  b.assertZero("ends only if the exponent is zero", "everyRow", sum, ends);
  const wordOne = constantWord(b, 1);
  result.forEach((limb, i) => b.assertEqual(`base^0: limb ${i}`, "everyRow", limb, element(wordOne, i), ends));
  const bit = element(low, 0);
  const isSquare = b.sub(goesOn, bit);
  result.forEach((limb, i) => b.assertEqual(`even exponent: limb ${i}`, "everyRow", limb, element(square, i), isSquare));

  const zero = zeroWord(b);
  const [exp, mul] = [b.constant(OPERATION.exp), b.constant(OPERATION.mul)];
  b.send(ALU, goesOn, { operation: exp, a: base, b: half, c: root, d: zero });
  b.send(ALU, goesOn, { operation: mul, a: root, b: root, c: square, d: zero });
  b.send(ALU, bit, { operation: mul, a: square, b: base, c: result, d: zero });
  b.receive(ALU, uses, { operation: exp, a: base, b: exponent, c: result, d: zero });
  return b.build();
}
