import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU } from "../buses.ts";
import { assertBoolean, assertOneOf, chooseWord, element, lookUpLimbs, lookUpTopBit, zeroWord } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";

/**
 * One operation a row. ADD: x + y = r + 2^256 · carry[15]. All others: r + y = x + 2^256 · carry[15], the last carry then says
 * whether x < y; for SLT and SGT the words' top bits are turned over first. GT and SGT have their operands the other way round.
 */
export const ADD_FIELDS = {
  add: 1,
  sub: 1,
  lt: 1,
  gt: 1,
  slt: 1,
  sgt: 1,
  x: LIMBS,
  y: LIMBS,
  r: LIMBS,
  carry: LIMBS,
  signX: 1,
  signY: 1,
  uses: 1,
} as const;

export type AddCells = Omit<FieldValues<typeof ADD_FIELDS, number>, "uses">;

/** The table of ADD, SUB, LT, GT, SLT and SGT. */
export function addAir(): Air {
  const b = new AirBuilder("add", 0);
  const { add, sub, lt, gt, slt, sgt, x, y, r, carry, signX, signY, uses } = b.declare(ADD_FIELDS);
  assertOneOf(b, { add, sub, lt, gt, slt, sgt });
  assertBoolean(b, { carry, signX, signY });
  lookUpLimbs(b, r);
  lookUpTopBit(b, x, signX);
  lookUpTopBit(b, y, signY);

  const direction = b.sub(b.scale(add, 2), b.constant(1));
  for (let i = 0; i < LIMBS; i++) {
    const difference = b.mul(direction, b.sub(element(x, i), element(r, i)));
    const carryIn = i === 0 ? b.constant(0) : element(carry, i - 1);
    // Turning over the top bits of x and y changes y − x by 2^16 · (sign of x − sign of y) in the highest limb.
    const turned = i === LIMBS - 1 ? b.scale(b.mul(b.add(slt, sgt), b.sub(signX, signY)), LIMB) : b.constant(0);
    const left = b.add(difference, element(y, i), carryIn, turned);
    b.assertEqual(`limb ${i}`, "everyRow", left, b.scale(element(carry, i), LIMB));
  }

  const isSwapped = b.add(gt, sgt);
  const isWord = b.add(add, sub);
  const flag = b.mul(b.add(lt, gt, slt, sgt), element(carry, LIMBS - 1));
  b.receive(ALU, uses, {
    operation: b.linear(
      [add, sub, lt, gt, slt, sgt],
      [OPERATION.add, OPERATION.sub, OPERATION.lt, OPERATION.gt, OPERATION.slt, OPERATION.sgt],
    ),
    a: chooseWord(b, isSwapped, y, x),
    b: chooseWord(b, isSwapped, x, y),
    c: r.map((limb, i) => b.add(b.mul(isWord, limb), i === 0 ? flag : b.constant(0))),
    d: zeroWord(b),
  });
  return b.build();
}
