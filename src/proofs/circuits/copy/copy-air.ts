import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { BYTES, COPY, MEMORY, RANGE16 } from "../buses.ts";
import { bigEndianLimbs } from "../words/big-endian.ts";
import { NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertBoolean, element, lookUpBytes, lookUpLimbs } from "../words/expressions.ts";
import { LIMB, WORD_BYTES } from "../shapes/word.ts";

/** A place that is written a row. Columns that the row before reads come first; bytes in the order of the memory. */
export const COPY_FIELDS = {
  /** 1 if the row continues the copy of the previous row. */
  follows: 1,
  time: 1,
  /** The place that is written is 32 · (low + 2^16 · high). */
  space: 1,
  low: 1,
  high: 1,
  /** So is the one that is read. */
  fromSpace: 1,
  fromLow: 1,
  fromHigh: 1,
  /** Bytes from the written place's first to the copy's end; behind its end a negative number. */
  left: 1,
  /** The copy reaches behind the place; or it ends before this one of its bytes; or neither: the end was before. */
  full: 1,
  end: WORD_BYTES,
  /**
   * Distance from the read place's first byte to the byte that would be copied to the first byte of the
   * written place; one of 32.
   */
  shift: WORD_BYTES,
  /** The word of the place that is read. */
  bytes: WORD_BYTES,
  /** 1 if a copy begins, and the byte of the written place before which it begins. */
  first: 1,
  start: WORD_BYTES,
  /** 1 if the row reads. The first row does not if all copied bytes are of the next row's place. */
  reads: 1,
  /** The word of the place that is written, before and after. */
  old: WORD_BYTES,
  after: WORD_BYTES,
  /** Steps since the last access of the written and of the read place, minus one. */
  gap: NUMBER30,
  gapFrom: NUMBER30,
} as const;

export type CopyCells = FieldValues<typeof COPY_FIELDS, number>;
type Columns = FieldValues<typeof COPY_FIELDS, Expression>;

/** The table that copies bytes from one memory to another. */
export function copyAir(): Air {
  const b = new AirBuilder("copy", 0);
  const columns = b.declare(COPY_FIELDS);
  const { first, reads, full, end, shift, start, low, high, fromLow, fromHigh, bytes, old } = columns;
  assertBoolean(b, { first, reads, full, end, shift, start });
  // Below 2^24, so that 32 times the limb plus a number below 32 represents one offset only.
  lookUpLimbs(b, [low]);
  b.send(BYTES, b.constant(1), { low: high, high: b.constant(0) });
  lookUpBytes(b, [...bytes, ...old]);
  b.send(RANGE16, reads, { value: fromLow });
  b.send(BYTES, reads, { low: fromHigh, high: b.constant(0) });
  assertOrder(b, columns);
  assertEnd(b, columns);
  assertBytes(b, columns);
  access(b, columns);
  return b.build();
}

/** 1 for a row of a copy. */
function isReal(b: AirBuilder, { first, follows }: Columns): Expression {
  return b.add(first, follows);
}

/** 1 for a row whose place is written. */
function holds(b: AirBuilder, { full, end }: Columns): Expression {
  return b.add(full, ...end);
}

function blockOf(b: AirBuilder, low: Expression, high: Expression): Expression {
  return b.add(low, b.scale(high, LIMB));
}

/** The number of the one flag that is set. */
function numberOf(b: AirBuilder, flags: readonly Expression[]): Expression {
  return b.add(...flags.map((flag, i) => b.scale(flag, i)));
}

/** The rows of a copy lie behind each other, one place further each. */
function assertOrder(b: AirBuilder, columns: Columns): void {
  const { first, follows, time, space, low, high, fromSpace, fromLow, fromHigh, left, shift, start } = columns;
  const one = b.constant(1);
  const goesOn = b.next(follows);
  const real = isReal(b, columns);
  b.assertZero("follows nothing at first", "firstRow", follows);
  b.assertZero("follows a copy's row", "transition", b.sub(one, real), goesOn);
  b.assertZero("ends before the last row", "lastRow", real);
  const stays = (name: string, next: Expression, expected: Expression): void => {
    b.assertEqual(name, "transition", next, expected, goesOn);
  };
  stays("time stays", b.next(time), time);
  stays("space stays", b.next(space), space);
  stays("source's space stays", b.next(fromSpace), fromSpace);
  stays("place: the next", blockOf(b, b.next(low), b.next(high)), b.add(blockOf(b, low, high), one));
  stays("source: the next", blockOf(b, b.next(fromLow), b.next(fromHigh)), b.add(blockOf(b, fromLow, fromHigh), one));
  stays("left: less", b.next(left), b.sub(left, b.constant(WORD_BYTES)));
  // Each row of a copy writes the next block, and blocks are below 2^24.
  b.boundCount(left, 2 ** 24);
  b.assertEqual("one shift", "everyRow", b.add(...shift), one, first);
  shift.forEach((flag, s) => stays(`shift[${s}] stays`, b.next(flag), flag));
  b.assertEqual("one start", "everyRow", b.add(...start), first);
}

/** Places are written until the one in which the copy ends; another row is behind that. */
function assertEnd(b: AirBuilder, columns: Columns): void {
  const { first, follows, left, full, end } = columns;
  const one = b.constant(1);
  const written = holds(b, columns);
  b.assertEqual("begins full or with its end", "everyRow", written, one, first);
  const nextWritten = b.add(b.next(full), ...end.map((flag) => b.next(flag)));
  b.assertEqual("continues to its end", "transition", nextWritten, full, b.next(follows));
  b.assertZero("its end is followed", "transition", b.sub(one, b.next(follows)), written);
  b.assertZero("only a copy writes", "everyRow", b.sub(one, isReal(b, columns)), written);
  b.assertEqual("end", "everyRow", b.mul(left, b.add(...end)), numberOf(b, end));
}

/**
 * Asserts the written bytes: from start to end those of this read place and the next, around them the old
 * ones.
 */
function assertBytes(b: AirBuilder, { full, end, start, shift, bytes, old, after }: Columns): void {
  const both = [...bytes, ...bytes.map((byte) => b.next(byte))];
  after.forEach((byte, i) => {
    const own = b.add(...shift.map((flag, s) => b.mul(flag, element(both, s + i))));
    // The start is not behind the end, so what is before the start is before the end.
    const isCopied = b.sub(b.add(full, ...end.slice(i + 1)), b.add(b.constant(0), ...start.slice(i + 1)));
    const before = element(old, i);
    b.assertEqual(`after: byte ${i}`, "transition", byte, b.add(before, b.mul(isCopied, b.sub(own, before))));
  });
}

/** Every row of a copy reads its place, and those up to the end write theirs; the first is asked for. */
function access(b: AirBuilder, columns: Columns): void {
  const { first, reads, time, space, low, high, fromSpace, fromLow, fromHigh, left, shift, start, bytes, old, after } = columns;
  const unread = b.sub(isReal(b, columns), reads);
  b.assertZero("only the first may not read", "everyRow", b.mul(b.sub(b.constant(1), first), unread));
  const startAt = numberOf(b, start);
  const fromStart = b.add(numberOf(b, shift), startAt);
  // What is copied first lies 0 to 31 bytes behind the first byte of the first place that is read: this row's or the next one's.
  const behind = b.sub(fromStart, b.scale(unread, WORD_BYTES));
  b.send(BYTES, first, { low: behind, high: b.add(behind, b.constant(256 - WORD_BYTES)) });

  const index = b.scale(blockOf(b, low, high), WORD_BYTES);
  const written = holds(b, columns);
  b.receive(MEMORY, written, { space, index, time: timeBefore(b, time, columns.gap), word: bigEndianLimbs(b, old) });
  b.send(MEMORY, written, { space, index, time, word: bigEndianLimbs(b, after) });
  const fromIndex = b.scale(blockOf(b, fromLow, fromHigh), WORD_BYTES);
  const word = bigEndianLimbs(b, bytes);
  b.receive(MEMORY, reads, { space: fromSpace, index: fromIndex, time: timeBefore(b, time, columns.gapFrom), word });
  b.send(MEMORY, reads, { space: fromSpace, index: fromIndex, time, word });
  const length = b.sub(left, startAt);
  b.receive(COPY, first, {
    space,
    offset: b.add(index, startAt),
    fromSpace,
    fromOffset: b.add(fromIndex, fromStart),
    length,
    time,
  });
}
