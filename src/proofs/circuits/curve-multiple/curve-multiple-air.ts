import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU, CURVE_CHOICE, CURVE_CHOSEN, CURVE_LIMBS, CURVE_MULTIPLE, CURVE_PRODUCT, CURVE_STEP, CURVE_SUM } from "../buses.ts";
import { BETA, LAMBDA } from "../secp256k1/endomorphism.ts";
import { offsets, STEPS } from "../curve-sum/offsets.ts";
import { ORDER, type Point, PRIME } from "../secp256k1/secp256k1.ts";
import { assertBoolean, constantWord, element, limbsOfBytes, lookUpBytes, zeroWord } from "../words/expressions.ts";
import { bytesOf, LIMBS, limbsOf, WORD_BYTES } from "../shapes/word.ts";

/** Limbs that steps take bits of. */
export const PART_LIMBS = 8;
/** Bits of a limb. */
export const LIMB_BITS = STEPS / PART_LIMBS;

/**
 * u generators and v points (x, y) are (resultX, resultY). u is of two parts of 128 bits, v is partV + LAMBDA · partTurned of 129
 * bits each; (turnedX, y) is LAMBDA points. Steps add all four, bit by bit, and an offset.
 */
export const CURVE_MULTIPLE_FIELDS = {
  real: 1,
  time: 1,
  /** 1 for the second offset, 0 for the first. */
  second: 1,
  u: LIMBS,
  v: LIMBS,
  x: WORD_BYTES,
  y: WORD_BYTES,
  resultX: WORD_BYTES,
  resultY: WORD_BYTES,
  turnedX: WORD_BYTES,
  /** The sum of the point and the turned one. */
  bothX: WORD_BYTES,
  bothY: WORD_BYTES,
  /** The lower 128 bits of the parts of v, and which of them have one bit more: the first only, the second only, both. */
  partV: PART_LIMBS,
  partTurned: PART_LIMBS,
  tops: 3,
  /** LAMBDA · partTurned modulo the order. */
  product: LIMBS,
  /** Point that the first step doubles, inverse of the sum of its y's bytes, and result of the last step. */
  startX: WORD_BYTES,
  startY: WORD_BYTES,
  inverse: 1,
  endX: WORD_BYTES,
  endY: WORD_BYTES,
  /** Number of steps that choose the offset with a generator, or with none. */
  uses: 4,
} as const;

export type CurveMultipleCells = FieldValues<typeof CURVE_MULTIPLE_FIELDS, number>;
type Columns = FieldValues<typeof CURVE_MULTIPLE_FIELDS, Expression>;

/** The table of multiples of secp256k1's generator and a point. */
export function curveMultipleAir(): Air {
  const b = new AirBuilder("curveMultiple", 0);
  const columns = b.declare(CURVE_MULTIPLE_FIELDS);
  const { real, time, second, u, v, x, y, resultX, resultY, tops } = columns;
  assertBoolean(b, { real, second, tops });
  const top = b.add(...tops);
  b.assertZero("one top", "everyRow", b.mul(top, b.sub(top, b.constant(1))));
  b.receive(CURVE_MULTIPLE, real, { time, u, v, x, y, resultX, resultY });
  askParts(b, columns);
  askPoints(b, columns);
  askSteps(b, columns);
  offerPoints(b, columns);
  return b.build();
}

/** v is its two parts, modulo the order. */
function askParts(b: AirBuilder, { real, v, partV, partTurned, tops, product }: Columns): void {
  const wordOf = (value: bigint): Expression[] => limbsOf(value).map((limb) => b.constant(limb));
  const whole = (part: readonly Expression[], top: number): Expression[] =>
    zeroWord(b).map((zero, i) =>
      i < PART_LIMBS ? element(part, i) : i > PART_LIMBS ? zero : b.add(element(tops, top), element(tops, 2)),
    );
  const [mulmod, addmod] = [b.constant(OPERATION.mulmod), b.constant(OPERATION.addmod)];
  const order = wordOf(ORDER);
  b.send(ALU, real, { operation: mulmod, a: whole(partTurned, 1), b: wordOf(LAMBDA), c: order, d: product });
  b.send(ALU, real, { operation: addmod, a: whole(partV, 0), b: product, c: order, d: v });
}

/** The turned point, and the sum of both. */
function askPoints(b: AirBuilder, { real, x, y, turnedX, bothX, bothY }: Columns): void {
  lookUpBytes(b, turnedX);
  const [operation, limbs] = [b.constant(OPERATION.lt), limbsOfBytes(b, turnedX)];
  const prime = limbsOf(PRIME).map((limb) => b.constant(limb));
  b.send(CURVE_PRODUCT, real, { x, z: constantBytes(b, BETA), r: limbs });
  b.send(ALU, real, { operation, a: limbs, b: prime, c: constantWord(b, 1), d: zeroWord(b) });
  b.send(CURVE_SUM, real, { x1: x, y1: y, x2: turnedX, y2: y, x3: bothX, y3: bothY });
}

/** The steps begin with the upper bits and the offset's start, and take in all limbs; the offset's end makes the result. */
function askSteps(b: AirBuilder, columns: Columns): void {
  const { real, time, u, x, y, turnedX, bothX, bothY, tops, startX, startY, inverse, endX, endY, resultX, resultY } = columns;
  const start = offsetBytes(b, columns, ({ start: point }) => point);
  const chosen = (...lists: readonly (readonly Expression[])[]): Expression[] =>
    x.map((_, i) => b.add(...lists.map((list, top) => b.mul(element(tops, top), element(list, i)))));
  const upper = { x2: chosen(x, turnedX, bothX), y2: chosen(y, y, bothY) };
  b.send(CURVE_SUM, real, { x1: start.x, y1: start.y, ...upper, x3: startX, y3: startY });
  b.assertEqual("the start is finite", "everyRow", b.mul(b.add(...startY), inverse), b.constant(1), real);
  const none = Array.from({ length: 4 }, () => b.constant(0));
  b.send(CURVE_STEP, real, { time, step: b.constant(0), parts: none, x: startX, y: startY });
  for (let i = 0; i < PART_LIMBS; i++) {
    const step = b.constant(LIMB_BITS * (PART_LIMBS - i));
    const limbs = [element(u, i), element(u, PART_LIMBS + i), element(columns.partV, i), element(columns.partTurned, i)];
    b.receive(CURVE_LIMBS, real, { time, step, limbs });
  }
  b.receive(CURVE_STEP, real, { time, step: b.constant(STEPS), parts: none, x: endX, y: endY });
  const end = offsetBytes(b, columns, ({ end: point }) => point);
  b.send(CURVE_SUM, real, { x1: endX, y1: endY, x2: end.x, y2: end.y, x3: resultX, y3: resultY });
}

/**
 * Offers the steps their choices: the offset, plus the points that the lower and the upper two bits select.
 */
function offerPoints(b: AirBuilder, columns: Columns): void {
  const { real, time, x, y, turnedX, bothX, bothY, uses } = columns;
  const others = [
    [x, y],
    [turnedX, y],
    [bothX, bothY],
  ] as const;
  uses.forEach((count, low) => {
    const own = offsetBytes(b, columns, ({ added }) => element(added, low));
    b.assertZero(`only a real row answers ${low}`, "everyRow", count, b.sub(b.constant(1), real));
    b.receive(CURVE_CHOSEN, count, { time, digit: b.constant(low), ...own });
    others.forEach(([x2, y2], i) => {
      const digit = b.constant(low + uses.length * (i + 1));
      b.send(CURVE_CHOICE, real, { time, digit, x1: own.x, y1: own.y, x2, y2 });
    });
  });
}

type OffsetOf = (offset: ReturnType<typeof offsets>[number]) => Point;

/** A point of the offset that is the row's. */
function offsetBytes(
  b: AirBuilder,
  { second }: Columns,
  pointOf: OffsetOf,
): { readonly x: Expression[]; readonly y: Expression[] } {
  const [first, other] = offsets();
  const bytes = (coordinate: "x" | "y"): Expression[] => {
    const others = bytesOf(pointOf(other)[coordinate]);
    return bytesOf(pointOf(first)[coordinate]).map((byte, i) =>
      b.add(b.constant(byte), b.scale(second, element(others, i) - byte)),
    );
  };
  return { x: bytes("x"), y: bytes("y") };
}

function constantBytes(b: AirBuilder, value: bigint): Expression[] {
  return bytesOf(value).map((byte) => b.constant(byte));
}
