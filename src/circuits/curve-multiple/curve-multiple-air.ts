import { type Air, AirBuilder } from "../../stark/air.ts";
import type { Expression } from "../../stark/expression.ts";
import type { FieldValues } from "../../stark/fields.ts";
import { CURVE_MULTIPLE, CURVE_SUM } from "../buses.ts";
import { GENERATOR } from "../curve/secp256k1.ts";
import { assertBoolean, element, lookUpLimbs } from "../words/expressions.ts";
import { bytesOf, LIMB, LIMBS, WORD_BYTES } from "../words/word.ts";

/**
 * One bit of both scalars a row. With u = 2 · halfU + its lowest bit, and v so, the row asks for the sum of halfU generators and
 * halfV points, doubles it, and adds what the two bits choose. Halves 0 and 0 have infinity as their sum and are never asked for:
 * so scalars grow smaller from row to row, and no row rests on itself.
 */
export const CURVE_MULTIPLE_FIELDS = {
  u: LIMBS,
  v: LIMBS,
  halfU: LIMBS,
  halfV: LIMBS,
  /** The lowest bit of each limb of the scalars. */
  lowU: LIMBS,
  lowV: LIMBS,
  /** Whether a half is not 0; then the inverse of the sum of the halves' limbs. */
  goesOn: 1,
  inverse: 1,
  /** Whether the row answers. */
  real: 1,
  /** The point, and its sum with the generator. */
  x: WORD_BYTES,
  y: WORD_BYTES,
  bothX: WORD_BYTES,
  bothY: WORD_BYTES,
  /** The sum for the halves and twice that, if something goes on; what the bits choose; and the result. */
  sumX: WORD_BYTES,
  sumY: WORD_BYTES,
  doubledX: WORD_BYTES,
  doubledY: WORD_BYTES,
  chosenX: WORD_BYTES,
  chosenY: WORD_BYTES,
  resultX: WORD_BYTES,
  resultY: WORD_BYTES,
  uses: 1,
} as const;

export type CurveMultipleCells = FieldValues<typeof CURVE_MULTIPLE_FIELDS, number>;
type Columns = FieldValues<typeof CURVE_MULTIPLE_FIELDS, Expression>;

/** The table of multiples of secp256k1's generator and a point. */
export function curveMultipleAir(): Air {
  const b = new AirBuilder("curveMultiple", 0);
  const columns = b.declare(CURVE_MULTIPLE_FIELDS);
  const { u, v, halfU, halfV, lowU, lowV, goesOn, inverse, real, uses } = columns;
  assertBoolean(b, { lowU, lowV, goesOn, real });
  lookUpLimbs(b, [...halfU, ...halfV]);
  assertHalf(b, "u", u, halfU, lowU);
  assertHalf(b, "v", v, halfV, lowV);
  const one = b.constant(1);
  // 32 limbs add up to less than 2^21: the sum is 0 in the field only if all of them are.
  const ofHalves = b.add(...halfU, ...halfV);
  b.assertZero("ends only if both halves are zero", "everyRow", ofHalves, b.sub(one, goesOn));
  b.assertEqual("goes on only if a half is not zero", "everyRow", b.mul(ofHalves, inverse), one, goesOn);
  b.assertZero("only a real row answers", "everyRow", uses, b.sub(one, real));
  assertChosen(b, columns);
  ask(b, columns);
  return b.build();
}

/** The scalar is twice its half, and its lowest bit. */
function assertHalf(
  b: AirBuilder,
  name: string,
  scalar: readonly Expression[],
  half: readonly Expression[],
  low: readonly Expression[],
): void {
  for (let i = 0; i < LIMBS; i++) {
    const fromAbove = i + 1 < LIMBS ? b.scale(element(low, i + 1), LIMB) : b.constant(0);
    const right = b.add(b.sub(element(scalar, i), element(low, i)), fromAbove);
    b.assertEqual(`${name}: limb ${i} of the half`, "everyRow", b.scale(element(half, i), 2), right);
  }
}

/** The generator, the point, their sum or infinity, as the bits say. */
function assertChosen(b: AirBuilder, columns: Columns): void {
  const { lowU, lowV, x, y, bothX, bothY, chosenX, chosenY } = columns;
  const [bitU, bitV] = [element(lowU, 0), element(lowV, 0)];
  const both = b.mul(bitU, bitV);
  const [onlyU, onlyV] = [b.sub(bitU, both), b.sub(bitV, both)];
  const choose = (name: string, generator: bigint, lists: readonly (readonly Expression[])[]): void => {
    const [point = [], sum = [], chosen = []] = lists;
    bytesOf(generator).forEach((byte, i) => {
      const value = b.add(b.scale(onlyU, byte), b.mul(onlyV, element(point, i)), b.mul(both, element(sum, i)));
      b.assertEqual(`chosen ${name}: byte ${i}`, "everyRow", element(chosen, i), value);
    });
  };
  choose("x", GENERATOR.x, [x, bothX, chosenX]);
  choose("y", GENERATOR.y, [y, bothY, chosenY]);
}

function ask(b: AirBuilder, columns: Columns): void {
  const { u, v, halfU, halfV, goesOn, real, x, y, bothX, bothY, sumX, sumY, uses } = columns;
  const { doubledX, doubledY, chosenX, chosenY, resultX, resultY } = columns;
  b.send(CURVE_MULTIPLE, goesOn, { u: halfU, v: halfV, x, y, resultX: sumX, resultY: sumY });
  b.send(CURVE_SUM, goesOn, { x1: sumX, y1: sumY, x2: sumX, y2: sumY, x3: doubledX, y3: doubledY });
  const kept = (bytes: readonly Expression[]): Expression[] => bytes.map((byte) => b.mul(goesOn, byte));
  const doubled = { x1: kept(doubledX), y1: kept(doubledY) };
  b.send(CURVE_SUM, real, { ...doubled, x2: chosenX, y2: chosenY, x3: resultX, y3: resultY });
  const constants = (value: bigint): Expression[] => bytesOf(value).map((byte) => b.constant(byte));
  const generator = { x1: constants(GENERATOR.x), y1: constants(GENERATOR.y) };
  b.send(CURVE_SUM, real, { ...generator, x2: x, y2: y, x3: bothX, y3: bothY });
  b.receive(CURVE_MULTIPLE, uses, { u, v, x, y, resultX, resultY });
}
