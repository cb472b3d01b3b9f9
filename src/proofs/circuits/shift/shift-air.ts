import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU, BYTES } from "../buses.ts";
import { assertBoolean, assertOneOf, complementWhen, element, lookUpTopBit, zeroWord } from "../words/expressions.ts";
import { LIMBS } from "../shapes/word.ts";

/**
 * One operation a row: `amount` and `x` are the operands, 2^(amount mod 256) is the word with `power` in the limb that is chosen,
 * `v` is x, or its complement where it is negative and the shift arithmetic, times or divided by that power.
 */
export const SHIFT_FIELDS = {
  shl: 1,
  shr: 1,
  sar: 1,
  amount: LIMBS,
  x: LIMBS,
  v: LIMBS,
  /** The lowest four bits of the amount, lowest first; the limb that the next four bits choose; the byte above them. */
  bits: 4,
  chosen: LIMBS,
  second: 1,
  /** 2^(the lowest two bits), 2^(the lowest four bits). */
  partial: 1,
  power: 1,
  /** 1 if the amount is 256 or more; the inverse of the sum of all its bytes but the lowest. */
  far: 1,
  inverse: 1,
  sign: 1,
  negative: 1,
  uses: 1,
} as const;

export type ShiftCells = Omit<FieldValues<typeof SHIFT_FIELDS, number>, "uses">;

/** The table of SHL, SHR and SAR. */
export function shiftAir(): Air {
  const b = new AirBuilder("shift", 0);
  const columns = b.declare(SHIFT_FIELDS);
  const { shl, shr, sar, amount, x, v, chosen, power, far, sign, negative, uses } = columns;
  assertOneOf(b, { shl, shr, sar });
  assertBoolean(b, { chosen, sign, far });
  assertAmount(b, columns);
  v.forEach((limb, i) => b.assertZero(`a far shift leaves nothing in limb ${i}`, "everyRow", limb, far));
  lookUpTopBit(b, x, sign);
  b.assertEqual("negative", "everyRow", negative, b.mul(sar, sign));

  b.send(ALU, b.sub(b.constant(1), far), {
    operation: b.linear([shl, shr, sar], [OPERATION.mul, OPERATION.div, OPERATION.div]),
    a: complementWhen(b, negative, x),
    b: chosen.map((flag) => b.mul(flag, power)),
    c: v,
    d: zeroWord(b),
  });
  b.receive(ALU, uses, {
    operation: b.linear([shl, shr, sar], [OPERATION.shl, OPERATION.shr, OPERATION.sar]),
    a: amount,
    b: x,
    c: complementWhen(b, negative, v),
    d: zeroWord(b),
  });
  return b.build();
}

/** Asserts the meaning of the amount: 256 or more, or the limb and the power within it. */
function assertAmount(b: AirBuilder, { amount, bits, second, chosen, partial, power, far, inverse }: AmountColumns): void {
  const one = b.constant(1);
  assertBoolean(b, { bits });
  const lowest = b.linear([...bits, ...chosen], [...bits.map((_, i) => 2 ** i), ...chosen.map((_, i) => 16 * i)]);
  b.assertEqual("bytes of the amount", "everyRow", element(amount, 0), b.add(lowest, b.scale(second, 256)));
  b.send(BYTES, one, { low: second, high: b.constant(0) });
  b.assertEqual("one limb is chosen", "everyRow", b.add(...chosen), one);
  /** 2^(2^i) if bit i is set, else 1. */
  const factor = (i: number): Expression => b.add(one, b.scale(element(bits, i), 2 ** (2 ** i) - 1));
  b.assertEqual("partial power", "everyRow", partial, b.mul(factor(0), factor(1)));
  b.assertEqual("power", "everyRow", power, b.mul(partial, factor(2), factor(3)));
  // At most 255 + 15 · (2^16 − 1), so it is 0 only if all of them are.
  const rest = b.add(second, ...amount.slice(1));
  b.assertEqual("far only if there is a rest", "everyRow", far, b.mul(rest, inverse));
  b.assertZero("near only if there is no rest", "everyRow", rest, b.sub(one, far));
}

interface AmountColumns {
  readonly amount: readonly Expression[];
  readonly bits: readonly Expression[];
  readonly second: Expression;
  readonly chosen: readonly Expression[];
  readonly partial: Expression;
  readonly power: Expression;
  readonly far: Expression;
  readonly inverse: Expression;
}
