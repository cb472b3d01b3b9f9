import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { BYTE_AND, BYTES, HASH_INPUT, LANE, MEMORY } from "../buses.ts";
import { NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertBoolean, element, limbsOfBytes, lookUpBytes, lookUpLimbs } from "../words/expressions.ts";
import { bigEndianLimbs } from "../words/big-endian.ts";
import { LIMB, WORD_BYTES } from "../shapes/word.ts";

/** Lanes of a row's 32 bytes, and a lane's bytes. */
export const ROW_LANES = 4;
export const LANE_BYTES = 8;

/** 32 bytes of an input a row. Columns that the row before reads come first; bytes in the order of the memory. */
export const HASH_INPUT_FIELDS = {
  /** 1 if the row continues the input of the previous row. */
  follows: 1,
  time: 1,
  space: 1,
  /** The place is 32 · (low + 2^16 · high). */
  low: 1,
  high: 1,
  /** The row's number in its input, and the input's bytes from here on; behind its end a negative number. */
  row: 1,
  left: 1,
  /** All 32 bytes are the input's; or the input ends before this one of them; or neither: the end was before. */
  full: 1,
  end: WORD_BYTES,
  /** Distance of the input's bytes from the first byte of the place; one of 32. */
  shift: WORD_BYTES,
  /** The place's word. */
  bytes: WORD_BYTES,
  /** 1 if an input begins. */
  first: 1,
  /** 1 if a lane is the last of the last block. */
  closes: ROW_LANES,
  /** The input's bytes, padded. */
  chunk: WORD_BYTES,
  /** The bytes of the sponge's lanes before they take the chunk in, and the AND of both. */
  before: WORD_BYTES,
  both: WORD_BYTES,
  /** Number of requests for each lane. */
  uses: ROW_LANES,
  /** Steps since the last access of the place, minus one. */
  gap: NUMBER30,
} as const;

export type HashInputCells = FieldValues<typeof HASH_INPUT_FIELDS, number>;
type Columns = FieldValues<typeof HASH_INPUT_FIELDS, Expression>;

/** The table that reads what is hashed from the memory, pads it, and puts it into the sponge's lanes. */
export function hashInputAir(): Air {
  const b = new AirBuilder("hashInput", 0);
  const columns = b.declare(HASH_INPUT_FIELDS);
  const { first, follows, full, end, shift, low, high, bytes } = columns;
  assertBoolean(b, { first, follows, full, end, shift });
  // Below 2^24, so that 32 times the limb plus a shift represents one offset only.
  lookUpLimbs(b, [low]);
  b.send(BYTES, b.constant(1), { low: high, high: b.constant(0) });
  lookUpBytes(b, bytes);
  assertOrder(b, columns);
  assertEnd(b, columns);
  assertChunk(b, columns);
  readWord(b, columns);
  answerLanes(b, columns);
  return b.build();
}

/** 1 for a row of an input: never 2, since the end that `first` has before it must be followed by a row that follows. */
function isReal(b: AirBuilder, { first, follows }: Columns): Expression {
  return b.add(first, follows);
}

function blockOf(b: AirBuilder, low: Expression, high: Expression): Expression {
  return b.add(low, b.scale(high, LIMB));
}

/** The rows of an input lie behind each other, one place further each. */
function assertOrder(b: AirBuilder, columns: Columns): void {
  const { first, follows, time, space, low, high, row, left, shift } = columns;
  const one = b.constant(1);
  const goesOn = b.next(follows);
  const real = isReal(b, columns);
  b.assertZero("follows nothing at first", "firstRow", follows);
  b.assertZero("follows an input's row", "transition", b.sub(one, real), goesOn);
  b.assertZero("ends before the last row", "lastRow", real);
  b.assertZero("row: at first", "everyRow", row, first);
  const stays = (name: string, next: Expression, expected: Expression): void => {
    b.assertEqual(name, "transition", next, expected, goesOn);
  };
  stays("time stays", b.next(time), time);
  stays("space stays", b.next(space), space);
  stays("place: the next", blockOf(b, b.next(low), b.next(high)), b.add(blockOf(b, low, high), one));
  stays("row: the next", b.next(row), b.add(row, one));
  stays("left: less", b.next(left), b.sub(left, b.constant(WORD_BYTES)));
  // Each row of an input reads the next block, and blocks are below 2^24.
  b.boundCount(left, 2 ** 24);
  b.assertEqual("one shift", "everyRow", b.add(...shift), one, first);
  shift.forEach((flag, s) => stays(`shift[${s}] stays`, b.next(flag), flag));
}

/** Rows are full until the one in which the input ends; another is behind that. */
function assertEnd(b: AirBuilder, { first, follows, left, full, end }: Columns): void {
  const one = b.constant(1);
  const ends = b.add(...end);
  const holds = b.add(full, ends);
  b.assertEqual("begins full or with its end", "everyRow", holds, one, first);
  const nextHolds = b.add(b.next(full), ...end.map((flag) => b.next(flag)));
  b.assertEqual("continues to its end", "transition", nextHolds, full, b.next(follows));
  b.assertZero("its end is followed", "transition", b.sub(one, b.next(follows)), holds);
  b.assertEqual("end", "everyRow", b.mul(left, ends), b.add(...end.map((flag, i) => b.scale(flag, i))));
}

/** The input's bytes from this word and the next, a byte 1 behind them, then zeros; 128 more in the last block's last. */
function assertChunk(b: AirBuilder, { full, end, shift, bytes, closes, chunk }: Columns): void {
  const both = [...bytes, ...bytes.map((byte) => b.next(byte))];
  chunk.forEach((byte, i) => {
    const own = b.add(...shift.map((flag, s) => b.mul(flag, element(both, s + i))));
    const isInput = b.add(full, ...end.slice(i + 1));
    const ofEnd = element(end, i);
    const lane = Math.floor(i / LANE_BYTES);
    const isLast = i % LANE_BYTES === LANE_BYTES - 1;
    const padding = isLast ? b.add(ofEnd, b.scale(element(closes, lane), 128)) : ofEnd;
    b.assertEqual(`chunk: byte ${i}`, "transition", byte, b.add(b.mul(isInput, own), padding));
  });
}

/** Every row of an input reads its place, once; the first is asked for. */
function readWord(b: AirBuilder, columns: Columns): void {
  const { first, time, space, low, high, left, shift, bytes, gap } = columns;
  const real = isReal(b, columns);
  const index = b.scale(blockOf(b, low, high), WORD_BYTES);
  const word = bigEndianLimbs(b, bytes);
  b.receive(MEMORY, real, { space, index, time: timeBefore(b, time, gap), word });
  b.send(MEMORY, real, { space, index, time, word });
  const offset = b.add(index, ...shift.map((flag, s) => b.scale(flag, s)));
  b.receive(HASH_INPUT, first, { space, offset, length: left, time });
}

/** A lane takes its bytes in by XOR: x + y − 2 · (x & y). */
function answerLanes(b: AirBuilder, columns: Columns): void {
  const { time, row, closes, chunk, before, both, uses } = columns;
  const isIdle = b.sub(b.constant(1), isReal(b, columns));
  chunk.forEach((byte, i) => b.send(BYTE_AND, b.constant(1), { x: byte, y: element(before, i), and: element(both, i) }));
  const after = chunk.map((byte, i) => b.sub(b.add(byte, element(before, i)), b.scale(element(both, i), 2)));
  uses.forEach((count, lane) => {
    b.assertZero(`lane ${lane}: only of an input`, "everyRow", count, isIdle);
    const limbs = (list: readonly Expression[]): Expression[] =>
      limbsOfBytes(b, list.slice(LANE_BYTES * lane, LANE_BYTES * (lane + 1)));
    const index = b.add(b.scale(row, ROW_LANES), b.constant(lane));
    b.receive(LANE, count, { time, index, closes: element(closes, lane), before: limbs(before), after: limbs(after) });
  });
}
