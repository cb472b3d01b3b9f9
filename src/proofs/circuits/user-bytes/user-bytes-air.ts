import { inv } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { ALU, BYTE_MEMORY, BYTES, COPY, HASH, MEMORY, MEMORY_COST, RANGE14, RANGE16, USER_BYTES } from "../buses.ts";
import type { UserWeights } from "../../../ground/protocol/native-budget.ts";
import { OPERATION } from "../operations/operation.ts";
import { FRAME_PLACES } from "../shapes/instruction.ts";
import { lookUpNumber30, NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertBoolean, constantWord, element, zeroWord } from "../words/expressions.ts";
import { LIMB, LIMBS, WORD_BYTES } from "../shapes/word.ts";

/** Operations of a row, with the opcode that requests each. */
export const BYTE_OPCODES = {
  hashes: 0x20,
  loadsInput: 0x35,
  copiesInput: 0x37,
  copiesCode: 0x39,
  copiesReturned: 0x3e,
  loads: 0x51,
  stores: 0x52,
  storesByte: 0x53,
  tellsSize: 0x59,
  copiesWithin: 0x5e,
} as const;
export type ByteOpcodeName = keyof typeof BYTE_OPCODES;

/** Number of words of memory that no gas below 2^29 pays for: they cost 2^29 + 3 · 2^19. */
export const TOO_MANY_WORDS = 2 ** 19;
/** Gas for each word that is hashed, and for each that is copied. */
export const GAS_PER_WORD = { hashed: 6, copied: 3 } as const;
/** Bytes that a permutation takes of what is hashed. */
export const HASH_BLOCK = 136;
/** Limbs of a slice: two of the length, two of the offset, the frame. */
const SLICE = 5;

/** An opcode that touches bytes a row. */
export const USER_BYTES_FIELDS = {
  ...(Object.fromEntries(Object.keys(BYTE_OPCODES).map((name) => [name, 1])) as Record<ByteOpcodeName, 1>),
  time: 1,
  frame: 1,
  codeFrame: 1,
  codeLength: 1,
  /** 1 if the opcode runs; otherwise gas is missing, or it is refused. */
  runs: 1,
  /** Words of memory that the frame has paid for, and gas beyond the opcode's own cost. */
  before: 1,
  after: 1,
  extra: 1,
  /** Weight of the opcode beyond its fixed weight. */
  units: 1,
  a: LIMBS,
  b: LIMBS,
  c: LIMBS,
  /**
   * For each word: the lower byte of its second limb, 1 if it is 2^24 or more, and the inverse that proves
   * this.
   */
  middle: 3,
  large: 3,
  inverse: 3,
  /**
   * Number of bytes of the frame's memory that are touched, modulo 2^24; 1 if they are 2^24 or more; 1 if
   * they are 0.
   */
  length: 1,
  largeLength: 1,
  empty: 1,
  lengthInverse: 1,
  /** Why memory cannot be paid for: where it begins, or the source of a copy within it, how long it is, or where it ends. */
  farOffset: 1,
  farSource: 1,
  farLength: 1,
  farSum: 1,
  /** 1 if a copy's source has a higher offset than its target. */
  farther: 1,
  /** Words that are needed, in two limbs, and bytes of the last that are not; 2^19 words more if the sum is too far. */
  needed: 2,
  slack: 1,
  /** 1 if more words are needed than paid for; the difference, minus one in this case. */
  grows: 1,
  distance: NUMBER30,
  costBefore: 1,
  costAfter: 1,
  /** Words that are hashed or copied, in two limbs, and bytes of the last that are not. */
  lengthWords: 2,
  lengthSlack: 1,
  /** Blocks that are hashed, a number of 17 bits; and bytes of the last that are input. */
  blocks: 1,
  moreBlocks: 1,
  lastBlock: 1,
  /** Call data, or what a call returned: its length, its offset and its frame. */
  slice: SLICE,
  sliceGap: NUMBER30,
  /** Start of a source, its size, and the number of requested bytes that it has. */
  from: 1,
  size: 1,
  count: 1,
  /** All of them, some, none because the source ends before, none because it is read at 2^24 or farther. */
  inside: 1,
  partial: 1,
  behind: 1,
  away: 1,
  /** Offset, length and end of a read of returned data that reaches beyond it. */
  beyondFrom: 1,
  beyondLength: 1,
  beyondSum: 1,
  /** Numbers from 0 that show it. */
  shown: NUMBER30,
  missing: NUMBER30,
  /** 1 if bytes are copied, then 1 if zeros are, or bytes from the space between; 1 if a word is masked. */
  first: 1,
  second: 1,
  masks: 1,
  /**
   * 1 if the row accesses one place of the memory itself, 1 if byteMemory does so for it; and the old word.
   */
  whole: 1,
  split: 1,
  old: LIMBS,
  gap: NUMBER30,
  /** The word that is loaded without the bytes that are masked. */
  shifted: LIMBS,
} as const;

export type UserBytesCells = FieldValues<typeof USER_BYTES_FIELDS, number>;
type Columns = FieldValues<typeof USER_BYTES_FIELDS, Expression>;

/** Spaces of the memory, and places of slices among a frame's fields. */
interface BytePlaces {
  /** Space of frame 0's memory; that of frame f is f higher. */
  readonly memory: number;
  /** Space that is never written, and the intermediate space of a copy within a frame's memory. */
  readonly zeros: number;
  readonly between: number;
  readonly fields: number;
  readonly input: number;
  readonly returned: number;
}

/** Weights of words and blocks. */
export type BytesWeights = Pick<UserWeights, "copiedWord" | "hashedBlock">;

/** The table of opcodes of user code that touch bytes: what they cost, and what they ask of the tables of bytes. */
export function userBytesAir(places: BytePlaces, weights: BytesWeights): Air {
  const b = new AirBuilder("userBytes", 0);
  const columns = b.declare(USER_BYTES_FIELDS);
  assertKind(b, columns);
  assertNumbers(b, columns);
  assertReach(b, columns);
  assertCosts(b, columns);
  readSlice(b, columns, places);
  assertSource(b, columns);
  assertShown(b, columns);
  copyBytes(b, columns, places);
  accessWord(b, columns, places);
  assertResults(b, columns);
  assertWeight(b, columns, weights);
  const { time, frame, a, c, hashes, runs } = columns;
  const space = b.add(b.constant(places.memory), frame);
  const length = columns.b.slice(0, 2);
  b.send(HASH, b.mul(hashes, runs), { space, offset: numberOf(b, a, element(columns.middle, 0)), length, time, word: c });
  return b.build();
}

/** A number below 2^24: a word modulo that. */
function numberOf(b: AirBuilder, word: readonly Expression[], middle: Expression): Expression {
  return b.add(element(word, 0), b.scale(middle, LIMB));
}

/** 1 if a row copies to the frame's memory: from any source, and from another memory or a code. */
function isCopy(b: AirBuilder, columns: Columns): Expression {
  return b.add(columns.copiesWithin, isSourcedCopy(b, columns));
}
function isSourcedCopy(b: AirBuilder, { copiesInput, copiesCode, copiesReturned }: Columns): Expression {
  return b.add(copiesInput, copiesCode, copiesReturned);
}
function readsSlice(b: AirBuilder, { loadsInput, copiesInput, copiesReturned }: Columns): Expression {
  return b.add(loadsInput, copiesInput, copiesReturned);
}

/** One opcode at most, and what it answers. */
function assertKind(b: AirBuilder, columns: Columns): void {
  const { time, frame, codeFrame, codeLength, runs, before, after, extra, units, a, b: second, c } = columns;
  const { farOffset, farSource, farLength, farSum, beyondFrom, beyondLength, beyondSum } = columns;
  const names = Object.keys(BYTE_OPCODES) as ByteOpcodeName[];
  const kinds = Object.fromEntries(names.map((name) => [name, columns[name]]));
  const real = b.add(...Object.values(kinds));
  assertBoolean(b, { ...kinds, real, runs });
  assertBoolean(b, { farOffset, farSource, farLength, farSum, beyondFrom, beyondLength, beyondSum });
  const opcode = b.add(...names.map((name) => b.scale(columns[name], BYTE_OPCODES[name])));
  const refused = refusedBy(b, columns);
  b.receive(USER_BYTES, real, {
    time,
    opcode,
    frame,
    codeFrame,
    codeLength,
    before,
    after,
    extra,
    units,
    runs,
    refused,
    a,
    b: second,
    c,
  });
}

/** Asserts which words are below 2^24, and the number of touched bytes of the memory. */
function assertNumbers(b: AirBuilder, columns: Columns): void {
  const { middle, large, inverse, length, largeLength, empty, lengthInverse, loads, stores, storesByte, hashes } = columns;
  const one = b.constant(1);
  const words = [columns.a, columns.b, columns.c] as const;
  words.forEach((word, i) => {
    const upper = b.scale(b.sub(element(word, 1), element(middle, i)), inv(2 ** 8));
    b.send(BYTES, one, { low: element(middle, i), high: upper });
    const above = b.add(upper, ...word.slice(2));
    b.assertZero(
      `large[${i}]: not if what is above is 0`,
      "everyRow",
      b.sub(b.mul(above, element(inverse, i)), one),
      element(large, i),
    );
    b.assertZero(`large[${i}]: if what is above is not`, "everyRow", above, b.sub(one, element(large, i)));
  });
  const copies = isCopy(b, columns);
  const given = (i: 1 | 2): Expression => numberOf(b, words[i], element(middle, i));
  const fixed = b.add(b.scale(b.add(loads, stores), WORD_BYTES), storesByte);
  b.assertEqual("length", "everyRow", length, b.add(fixed, b.mul(hashes, given(1)), b.mul(copies, given(2))));
  const isLarge = b.add(b.mul(hashes, element(large, 1)), b.mul(copies, element(large, 2)));
  b.assertEqual("large length", "everyRow", largeLength, isLarge);
  const total = b.add(length, b.scale(largeLength, 2 ** 24));
  b.assertEqual("empty if the length is 0", "everyRow", b.mul(total, lengthInverse), b.sub(one, empty));
  b.assertZero("empty only then", "everyRow", b.mul(empty, total));
}

/**
 * Bytes end at a word below 2^19, or a word, a length or their sum shows that they do not. So far reaches no frame that has paid
 * with less gas than 2^29.
 */
function assertReach(b: AirBuilder, columns: Columns): void {
  const { a, b: second, middle, large, length, largeLength, empty, farOffset, farSource, farLength, farSum } = columns;
  const { farther, needed, slack, copiesWithin } = columns;
  const one = b.constant(1);
  assertBoolean(b, { farther });
  const largeSource = b.mul(copiesWithin, element(large, 1));
  b.assertZero("far: it begins so", "everyRow", b.sub(one, element(large, 0)), farOffset);
  b.assertZero("far: its source does", "everyRow", b.sub(one, largeSource), farSource);
  b.assertZero("far: it is so long", "everyRow", b.sub(one, largeLength), farLength);
  b.assertZero("far: not if it is empty", "everyRow", b.mul(isFar(b, columns), empty));
  b.assertZero("only a copy within has a source there", "everyRow", b.mul(farther, b.sub(one, copiesWithin)));
  // What is below is said of bytes that begin and are as many as numbers below 2^24 say.
  const isMeasured = b.sub(one, b.add(empty, farOffset, farSource, farLength));
  b.assertZero("measured: begins below 2^24", "everyRow", element(large, 0), isMeasured);
  b.assertZero("measured: its source does", "everyRow", largeSource, isMeasured);
  b.assertZero("measured: is shorter", "everyRow", largeLength, isMeasured);
  const [to, from] = [numberOf(b, a, element(middle, 0)), numberOf(b, second, element(middle, 1))];
  const end = b.add(to, b.mul(farther, b.sub(from, to)), length);
  const words = b.add(numberOf(b, needed, element(needed, 1)), b.scale(farSum, TOO_MANY_WORDS));
  b.assertEqual("needed", "everyRow", b.scale(words, WORD_BYTES), b.add(end, slack), isMeasured);
  lookUpWords(b, needed);
  lookUpSlack(b, slack);
}

function isFar(b: AirBuilder, { farOffset, farSource, farLength, farSum }: Columns): Expression {
  return b.add(farOffset, farSource, farLength, farSum);
}

/** Why an opcode cannot run, as a sum: user sees to it that there is one reason at most. */
function refusedBy(b: AirBuilder, columns: Columns): Expression {
  return b.add(isFar(b, columns), columns.beyondFrom, columns.beyondLength, columns.beyondSum);
}

/**
 * Whether a copy of what a call returned has all that it asks for. It has to show so without gas or budget, too: else it halts,
 * whatever is left of the budget.
 */
function isAllReturned(b: AirBuilder, columns: Columns): Expression {
  return b.mul(columns.copiesReturned, b.sub(b.constant(1), refusedBy(b, columns)));
}

/** The two limbs are of a number below 2^19. */
function lookUpWords(b: AirBuilder, limbs: readonly Expression[]): void {
  b.send(RANGE16, b.constant(1), { value: element(limbs, 0) });
  b.send(BYTES, b.constant(1), { low: element(limbs, 1), high: b.scale(element(limbs, 1), 2 ** 5) });
}

/** Bytes that are missing to a whole word: below 32. */
function lookUpSlack(b: AirBuilder, slack: Expression): void {
  b.send(BYTES, b.constant(1), { low: slack, high: b.scale(slack, 2 ** 3) });
}

/** Words are paid for when they are first needed; each that is hashed or copied costs gas, too. */
function assertCosts(b: AirBuilder, columns: Columns): void {
  const { before, after, extra, empty, farOffset, farSource, farLength, farSum, needed, grows, distance } = columns;
  const { costBefore, costAfter, lengthWords, lengthSlack, length, hashes } = columns;
  const one = b.constant(1);
  assertBoolean(b, { grows });
  const reaches = b.sub(one, b.add(empty, farOffset, farSource, farLength, farSum));
  const growth = b.sub(numberOf(b, needed, element(needed, 1)), before);
  b.assertZero("only what is reached grows", "everyRow", b.mul(grows, b.sub(one, reaches)));
  const apart = b.sub(b.mul(grows, b.sub(b.scale(growth, 2), one)), growth);
  b.assertEqual("distance", "everyRow", lookUpNumber30(b, distance), apart, reaches);
  b.assertEqual("after", "everyRow", after, b.add(before, b.mul(grows, growth)));
  b.send(MEMORY_COST, grows, { words: before, cost: costBefore });
  b.send(MEMORY_COST, grows, { words: after, cost: costAfter });
  const counted = numberOf(b, lengthWords, element(lengthWords, 1));
  const isNear = b.sub(one, isFar(b, columns));
  b.assertEqual("words of the length", "everyRow", b.scale(counted, WORD_BYTES), b.add(length, lengthSlack), isNear);
  lookUpWords(b, lengthWords);
  lookUpSlack(b, lengthSlack);
  const perWord = b.add(b.scale(hashes, GAS_PER_WORD.hashed), b.scale(isCopy(b, columns), GAS_PER_WORD.copied));
  b.assertEqual("extra", "everyRow", extra, b.add(b.mul(grows, b.sub(costAfter, costBefore)), b.mul(perWord, counted)));
}

/**
 * Words that are copied weigh, and blocks that are hashed: those that the input fills, and one more. Of what is too far the
 * number of words or blocks may be any, since it cannot run.
 */
function assertWeight(b: AirBuilder, columns: Columns, { copiedWord, hashedBlock }: BytesWeights): void {
  const { units, hashes, blocks, moreBlocks, lastBlock, length, lengthWords } = columns;
  const one = b.constant(1);
  assertBoolean(b, { moreBlocks });
  const count = b.add(blocks, b.scale(moreBlocks, LIMB));
  const isNear = b.mul(hashes, b.sub(one, isFar(b, columns)));
  b.assertEqual(
    "blocks",
    "everyRow",
    b.add(length, b.constant(HASH_BLOCK)),
    b.add(b.scale(count, HASH_BLOCK), lastBlock),
    isNear,
  );
  b.send(RANGE16, one, { value: blocks });
  b.send(BYTES, one, { low: lastBlock, high: b.add(lastBlock, b.constant(2 ** 8 - HASH_BLOCK)) });
  const words = numberOf(b, lengthWords, element(lengthWords, 1));
  const copied = b.mul(b.scale(isCopy(b, columns), copiedWord), words);
  b.assertEqual("units", "everyRow", units, b.add(copied, b.mul(b.scale(hashes, hashedBlock), count)));
}

/** Call data and what a call returned are named by a field of the frame. */
function readSlice(b: AirBuilder, columns: Columns, { fields, input, returned }: BytePlaces): void {
  const { time, frame, slice, sliceGap, copiesReturned, copiesCode, codeLength, size } = columns;
  const reads = readsSlice(b, columns);
  const [low, high, offsetLow, offsetHigh, source] = Array.from({ length: SLICE }, (_, i) => element(slice, i)) as [
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const index = b.add(b.constant(input), b.scale(copiesReturned, returned - input), b.scale(frame, FRAME_PLACES));
  const word = [low, high, offsetLow, offsetHigh, source, ...zeroWord(b).slice(SLICE)];
  const place = { space: b.constant(fields), index, word };
  b.receive(MEMORY, reads, { ...place, time: timeBefore(b, time, sliceGap) });
  b.send(MEMORY, reads, { ...place, time });
  // Below 2^29, so that sums of them are unique modulo p.
  for (const limb of [high, offsetHigh]) b.send(RANGE14, b.constant(1), { value: b.scale(limb, 2) });
  b.assertEqual("size", "everyRow", size, b.add(b.mul(copiesCode, codeLength), b.mul(reads, b.add(low, b.scale(high, LIMB)))));
}

/** Asserts the number of requested bytes that the source has. */
function assertSource(b: AirBuilder, columns: Columns): void {
  const { a, b: second, middle, large, runs, loadsInput, copiesReturned, copiesWithin, from, count, length } = columns;
  const { inside, partial, behind, away, beyondFrom, beyondLength, beyondSum, size } = columns;
  const one = b.constant(1);
  assertBoolean(b, { inside, partial, behind, away });
  const sourced = b.add(loadsInput, isSourcedCopy(b, columns));
  b.assertEqual("source: one of", "everyRow", b.add(inside, partial, behind, away), b.mul(runs, sourced));
  b.assertZero("what a call returned is read below 2^24", "everyRow", b.mul(isAllReturned(b, columns), element(large, 1)));
  const [to, given] = [numberOf(b, a, element(middle, 0)), numberOf(b, second, element(middle, 1))];
  b.assertEqual("from", "everyRow", from, b.add(given, b.mul(loadsInput, b.sub(to, given))));
  const isLarge = b.add(element(large, 1), b.mul(loadsInput, b.sub(element(large, 0), element(large, 1))));
  b.assertZero("the available part begins below 2^24", "everyRow", isLarge, b.add(inside, partial));
  b.assertZero("away: it begins there", "everyRow", b.sub(one, isLarge), away);
  b.assertEqual("count: all", "everyRow", count, wanted(b, columns), inside);
  b.assertEqual("count: some", "everyRow", count, b.sub(size, from), partial);
  b.assertZero("count: none", "everyRow", count, b.add(behind, away));
  b.assertEqual("count: all within", "everyRow", count, length, copiesWithin);
  const returned = (flag: Expression): Expression => b.sub(one, b.mul(copiesReturned, flag));
  b.assertZero("beyond: it begins so", "everyRow", returned(element(large, 1)), beyondFrom);
  b.assertZero("beyond: it is so long", "everyRow", returned(element(large, 2)), beyondLength);
  b.assertZero("beyond: only what a call returned", "everyRow", b.sub(one, copiesReturned), beyondSum);
}

/** Bytes that are asked for. */
function wanted(b: AirBuilder, { length, loadsInput }: Columns): Expression {
  return b.add(length, b.scale(loadsInput, WORD_BYTES));
}

/** One number or two that are 0 or more, where what a row says of its source is true. All are far below p. */
function assertShown(b: AirBuilder, columns: Columns): void {
  const { a, b: second, middle, shown, missing, inside, partial, behind, beyondSum, copiesWithin, tellsSize } = columns;
  const { from, size, count, farther, before } = columns;
  const one = b.constant(1);
  const [number, other] = [lookUpNumber30(b, shown), lookUpNumber30(b, missing)];
  const asked = wanted(b, columns);
  b.assertEqual("inside: all is", "everyRow", number, b.sub(size, b.add(from, asked)), inside);
  b.assertEqual(
    "what a call returned is all there",
    "everyRow",
    number,
    b.sub(size, b.add(from, asked)),
    isAllReturned(b, columns),
  );
  b.assertEqual("partial: some is", "everyRow", number, b.sub(count, one), partial);
  b.assertEqual("partial: some is not", "everyRow", other, b.sub(asked, b.add(count, one)), partial);
  b.assertEqual("behind: it begins so", "everyRow", number, b.sub(from, size), behind);
  b.assertEqual("beyond: it ends so", "everyRow", number, b.sub(b.add(from, asked), b.add(size, one)), beyondSum);
  const [to, source] = [numberOf(b, a, element(middle, 0)), numberOf(b, second, element(middle, 1))];
  const apart = b.mul(b.sub(b.scale(farther, 2), one), b.sub(source, to));
  b.assertEqual("farther: it lies so", "everyRow", number, apart, copiesWithin);
  b.assertEqual("bytes of the words", "everyRow", number, b.scale(before, WORD_BYTES), tellsSize);
}

/**
 * Copies available bytes, and then zeros after them; at the next time, because both may touch a place. Within
 * a memory, bytes are copied to an intermediate space, and then from it.
 */
function copyBytes(b: AirBuilder, columns: Columns, { memory, zeros, between }: BytePlaces): void {
  const { time, frame, codeFrame, a, middle, slice, runs, empty, inside, partial, behind, away, first, second } = columns;
  const { copiesWithin, copiesCode, copiesInput, copiesReturned, from, count, length } = columns;
  const one = b.constant(1);
  const within = b.mul(runs, copiesWithin);
  const holds = b.sub(one, empty);
  assertBoolean(b, { first, second });
  b.assertEqual("first: available bytes", "everyRow", first, b.mul(holds, b.add(inside, partial, within)));
  b.assertEqual("second: missing bytes", "everyRow", second, b.mul(holds, b.add(partial, behind, away, within)));
  const [base, isOther] = [b.constant(memory), b.sub(one, copiesWithin)];
  const own = b.add(base, frame);
  const ofSlice = b.add(copiesInput, copiesReturned);
  const to = numberOf(b, a, element(middle, 0));
  b.send(COPY, first, {
    space: b.add(own, b.mul(copiesWithin, b.sub(b.constant(between), own))),
    offset: b.mul(isOther, to),
    fromSpace: b.add(base, b.mul(copiesWithin, frame), b.mul(copiesCode, codeFrame), b.mul(ofSlice, element(slice, 4))),
    fromOffset: b.add(from, b.mul(ofSlice, b.add(element(slice, 2), b.scale(element(slice, 3), LIMB)))),
    length: count,
    time,
  });
  const there = b.mul(isOther, count);
  b.send(COPY, second, {
    space: own,
    offset: b.add(to, there),
    fromSpace: b.add(b.constant(zeros), b.scale(copiesWithin, between - zeros)),
    fromOffset: b.constant(0),
    length: b.sub(length, there),
    time: b.add(time, one),
  });
}

/**
 * Loads or stores a word or byte; the row itself accesses a whole place. Call data is loaded if any of it is
 * available.
 */
function accessWord(b: AirBuilder, columns: Columns, { memory }: BytePlaces): void {
  const { time, frame, a, b: second, middle, slice, runs, loads, stores, storesByte, loadsInput, inside, partial } = columns;
  const { whole, split, old, gap } = columns;
  const one = b.constant(1);
  assertBoolean(b, { whole, split });
  const accesses = b.add(b.mul(runs, b.add(loads, stores, storesByte)), b.mul(loadsInput, b.add(inside, partial)));
  b.assertEqual("access", "everyRow", b.add(whole, split), accesses);
  b.assertZero("whole words are loaded or stored", "everyRow", b.mul(whole, b.sub(one, b.add(loads, stores))));
  const own = b.add(b.constant(memory), frame);
  const offset = numberOf(b, a, element(middle, 0));
  const written = (flag: Expression): Expression[] =>
    old.map((limb, i) => b.add(limb, b.mul(flag, b.sub(element(second, i), limb))));
  // A limb divided by 32 is below 2^16 for multiples of 32 only: 32 times that is below p.
  b.send(RANGE16, whole, { value: b.scale(element(a, 0), inv(WORD_BYTES)) });
  b.receive(MEMORY, whole, { space: own, index: offset, time: timeBefore(b, time, gap), word: old });
  b.send(MEMORY, whole, { space: own, index: offset, time, word: written(stores) });
  const ofSlice = b.add(element(slice, 2), b.scale(element(slice, 3), LIMB));
  b.send(BYTE_MEMORY, split, {
    space: b.add(own, b.mul(loadsInput, b.sub(element(slice, 4), frame))),
    offset: b.add(offset, b.mul(loadsInput, ofSlice)),
    time,
    writes: stores,
    writesByte: storesByte,
    word: written(b.add(stores, storesByte)),
  });
}

/**
 * Asserts the word that is put on the stack: the loaded word without bytes after the call data's end, or the
 * memory's size.
 */
function assertResults(b: AirBuilder, columns: Columns): void {
  const { c, old, shifted, loads, loadsInput, inside, partial, behind, away, count, masks, tellsSize, shown, runs } = columns;
  assertBoolean(b, { masks });
  b.assertEqual("masks what is not there", "everyRow", masks, b.mul(loadsInput, partial));
  const isLoaded = b.add(loads, b.mul(loadsInput, inside));
  const isNothing = b.mul(loadsInput, b.add(behind, away));
  const isSize = b.mul(tellsSize, runs);
  c.forEach((limb, i) => {
    b.assertEqual(`loaded: limb ${i}`, "everyRow", limb, element(old, i), isLoaded);
    b.assertZero(`nothing: limb ${i}`, "everyRow", limb, isNothing);
    b.assertEqual(`size: limb ${i}`, "everyRow", limb, i < NUMBER30 ? element(shown, i) : b.constant(0), isSize);
  });
  const bits = b.scale(b.sub(b.constant(WORD_BYTES), count), 8);
  const shift = (operation: number, word: readonly Expression[], result: readonly Expression[]): void =>
    b.send(ALU, masks, {
      operation: b.constant(operation),
      a: [bits, ...constantWord(b, 0).slice(1)],
      b: word,
      c: result,
      d: zeroWord(b),
    });
  shift(OPERATION.shr, old, shifted);
  shift(OPERATION.shl, shifted, c);
}
