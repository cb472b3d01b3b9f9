import { inv } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU, BYTES } from "../buses.ts";
import { assertBoolean, assertOneOf, chooseWord, constantWord, element, lookUpLimbs, zeroWord } from "../words/expressions.ts";
import { LIMBS } from "../shapes/word.ts";

/**
 * One operation a row, by shifts of x. BYTE, position below 32: x >> (248 − 8 · position), of which the lowest byte. SIGNEXTEND,
 * position below 32: x << (248 − 8 · position), and arithmetically back. CLZ, x not zero: x >> (255 − result) is 1.
 */
export const EXTRACT_FIELDS = {
  byte: 1,
  signextend: 1,
  clz: 1,
  x: LIMBS,
  position: LIMBS,
  shifted: LIMBS,
  result: LIMBS,
  /** The position modulo 32. */
  low: 1,
  /** Zero exactly when the position is below 32, or when the x of CLZ is 0; its inverse or 0; whether it is zero. */
  rest: 1,
  inverse: 1,
  isZero: 1,
  /** 1 if x is shifted, and the amount. */
  shifts: 1,
  amount: 1,
  uses: 1,
} as const;

export type ExtractCells = Omit<FieldValues<typeof EXTRACT_FIELDS, number>, "uses">;

/** The table of BYTE, SIGNEXTEND and CLZ. */
export function extractAir(): Air {
  const b = new AirBuilder("extract", 0);
  const columns = b.declare(EXTRACT_FIELDS);
  const { byte, signextend, clz, x, position, shifted, result, low, rest, inverse, isZero, shifts, amount, uses } = columns;
  const one = b.constant(1);
  const isPlaced = b.add(byte, signextend);
  assertOneOf(b, { byte, signextend, clz });
  assertBoolean(b, { shifts });

  // Position = low + 32 · high with low below 32, since low and 8 · low are bytes.
  b.send(BYTES, one, { low, high: b.scale(low, 8) });
  const high = b.scale(b.sub(element(position, 0), low), inv(32));
  lookUpLimbs(b, [high]);
  // Sums of up to 16 limbs are 0 only if all of them are.
  const ofPosition = b.add(high, ...position.slice(1));
  b.assertEqual("rest", "everyRow", rest, b.add(b.mul(isPlaced, ofPosition), b.mul(clz, b.add(...x))));
  b.assertEqual("zero unless it has an inverse", "everyRow", isZero, b.sub(one, b.mul(rest, inverse)));
  b.assertZero("zero only if it is", "everyRow", rest, isZero);
  b.assertEqual("shifts", "everyRow", shifts, b.add(b.mul(isPlaced, isZero), b.mul(clz, b.sub(one, isZero))));
  const amounts = b.add(
    b.mul(isPlaced, b.sub(b.constant(248), b.scale(low, 8))),
    b.mul(clz, b.sub(b.constant(255), element(result, 0))),
  );
  b.assertZero("amount", "everyRow", b.sub(amount, amounts), shifts);
  lookUpLimbs(b, [amount]);

  const isIdle = b.sub(one, shifts);
  result.forEach((limb, i) => {
    const idle = b.add(b.mul(signextend, element(x, i)), b.scale(clz, i === 0 ? 256 : 0));
    b.assertZero(`limb ${i} without a shift`, "everyRow", b.sub(limb, idle), isIdle);
  });
  result.slice(1).forEach((limb, i) => b.assertZero(`CLZ: limb ${i + 1} is zero`, "everyRow", limb, clz));
  shifted.forEach((limb, i) => b.assertEqual(`CLZ: limb ${i} of 1`, "everyRow", limb, b.constant(i === 0 ? 1 : 0), clz));

  const zero = zeroWord(b);
  const amountWord = [amount, ...zero.slice(1)];
  b.send(ALU, shifts, {
    operation: b.linear([byte, signextend, clz], [OPERATION.shr, OPERATION.shl, OPERATION.shr]),
    a: amountWord,
    b: x,
    c: shifted,
    d: zero,
  });
  b.send(ALU, b.mul(shifts, isPlaced), {
    operation: b.linear([byte, signextend], [OPERATION.and, OPERATION.sar]),
    a: chooseWord(b, byte, constantWord(b, 0xff), amountWord),
    b: shifted,
    c: result,
    d: zero,
  });
  b.receive(ALU, uses, {
    operation: b.linear([byte, signextend, clz], [OPERATION.byte, OPERATION.signextend, OPERATION.clz]),
    a: chooseWord(b, clz, x, position),
    b: x.map((limb) => b.mul(isPlaced, limb)),
    c: result,
    d: zero,
  });
  return b.build();
}
