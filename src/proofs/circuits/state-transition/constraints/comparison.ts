import { P } from "../../../field/koala-bear.ts";
import { defineGadget, type Expression } from "../../../stark/constraints/expression.ts";
import { assertLanesEqual, type Context, lane } from "./context.ts";

/** x → Π_{k<8} (x − k), up to no factor: zero exactly for base-8 digits. Three multiplications: x², and two quartic factors. */
const octalDigit = defineGadget("octalDigit", 1, (b, [x]) => {
  if (x === undefined) throw new RangeError("a digit is one element");
  // x(x−7), (x−1)(x−6), (x−2)(x−5), (x−3)(x−4) are u, u+6, u+10, u+12 with u = x² − 7x; multiplied in pairs.
  const u = b.sub(b.mul(x, x), b.scale(x, 7));
  const square = b.mul(u, u);
  const outer = b.add(square, b.scale(u, 12));
  const inner = b.add(square, b.scale(u, 16), b.constant(60));
  return [b.mul(outer, inner)];
});

/** Highest 7 bits of p − 1 = 127 · 2^24. */
const TOP = (P - 1) / 2 ** 24;

/**
 * low key < new key < successor, lexicographically on canonical elements: in the first lane where they differ, and with
 * the digits of both elements shown. No successor (0⁸) represents +∞.
 */
export function constrainComparison(context: Context): void {
  const { b, now, is, anyOf } = context;
  [...now.left, ...now.right].forEach((digit, i) => {
    b.assertZero(`digit ${i} is below 8`, "everyRow", lane(b.apply(octalDigit, [digit]), 0), now.comparing);
  });
  constrainWindow(context);

  const lowKeys = is("lowKeys");
  const highKeys = is("highKeys");
  const either = anyOf("lowKeys", "highKeys");
  const one = b.constant(1);
  const choice = now.other.slice(0, 3);
  choice.forEach((bit, i) => {
    b.assertZero(`lane choice bit ${i} is boolean`, "everyRow", b.mul(bit, b.sub(bit, one)), either);
  });
  const isLane = choice.reduce<Expression[]>(
    (partial, bit) => [...partial.map((p) => b.mul(p, b.sub(one, bit))), ...partial.map((p) => b.mul(p, bit))],
    [one],
  );
  let isLater = lane(isLane, 7);
  for (let i = 6; i >= 0; i--) {
    const difference = b.sub(lane(now.left, i), lane(now.right, i));
    b.assertZero(`keys agree before the chosen lane [${i}]`, "everyRow", b.mul(isLater, difference), either);
    isLater = b.add(isLater, lane(isLane, i));
  }
  const chosen = (half: readonly Expression[]) => b.add(...half.map((x, i) => b.mul(x, lane(isLane, i))));
  const [chosenLeft, chosenRight] = [chosen(now.left), chosen(now.right)];

  assertLanesEqual(
    context,
    "insertion: the new key exceeds the low leaf's key",
    "everyRow",
    [chosenLeft, chosenRight],
    now.memory.slice(0, 2),
    lowKeys,
  );
  assertLanesEqual(
    context,
    "the second comparison is carried on",
    "transition",
    context.next.other.slice(3, 5),
    now.memory.slice(2, 4),
    lowKeys,
  );
  // Added to both elements where there is no successor, so that 0 < offset can be shown; otherwise the constraints below
  // make it 0.
  const offset = lane(now.other, 5);
  assertLanesEqual(
    context,
    "insertion: the successor of the low leaf exceeds the new key",
    "everyRow",
    [b.add(chosenLeft, offset), b.add(chosenRight, offset)],
    now.other.slice(3, 5),
    highKeys,
  );
  now.right.forEach((x, i) => {
    b.assertZero(`only the zero digest means no successor [${i}]`, "everyRow", b.mul(offset, x), highKeys);
  });
}

/** x < y < p for two elements given by digits: x + gap + 1 = y, in two windows, with y ≤ p − 1. */
function constrainWindow(context: Context): void {
  const { b, now, next, is, anyOf } = context;
  const number = (digits: readonly Expression[]) =>
    b.linear(
      digits,
      digits.map((_, i) => 8 ** i),
    );
  const one = b.constant(1);
  const [lastBit, carry, inverse] = [lane(next.other, 0), lane(next.other, 1), lane(next.other, 2)];
  const xLow = number(now.left);
  const yLow = number(now.right);
  const gapLow = number(next.left);
  const gapHigh = number(next.right.slice(0, 3));
  const xHigh = number(next.right.slice(3, 6));
  const yHigh = number([...next.right.slice(6, 8), lastBit]);
  const digits = anyOf("lowDigits", "highDigits");
  b.assertEqual("comparison: low windows", "transition", b.add(xLow, gapLow, one), b.add(yLow, b.scale(carry, 2 ** 24)), digits);
  b.assertEqual("comparison: high windows", "transition", b.add(xHigh, gapHigh, carry), yHigh, digits);
  b.assertZero(
    "comparison: the greater element is canonical",
    "transition",
    b.mul(yLow, b.sub(one, b.mul(b.sub(b.constant(TOP), yHigh), inverse))),
    digits,
  );
  const gap = anyOf("lowGap", "highGap");
  b.assertZero("comparison: highest bit is boolean", "everyRow", oneBit(context, 0), gap);
  b.assertZero("comparison: carry is boolean", "everyRow", oneBit(context, 1), gap);
  const x = b.add(b.scale(xHigh, 2 ** 24), xLow);
  const y = b.add(b.scale(yHigh, 2 ** 24), yLow);
  assertLanesEqual(
    context,
    "comparison with the low key is remembered",
    "transition",
    next.memory.slice(0, 2),
    [x, y],
    is("lowDigits"),
  );
  assertLanesEqual(
    context,
    "comparison with the successor is remembered",
    "transition",
    next.memory.slice(2, 4),
    [x, y],
    is("highDigits"),
  );
}

function oneBit({ b, now }: Context, i: number): Expression {
  const bit = lane(now.other, i);
  return b.mul(bit, b.sub(bit, b.constant(1)));
}
