import { inv } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import {
  ALU,
  BYTE_MEMORY,
  COPY,
  DIGEST_WORDS,
  HASH,
  MEMORY,
  MEMORY_TASK,
  RANGE14,
  RANGE16,
  ROM,
  STACK,
  USER_MODE,
  WORD_RANGE,
} from "../buses.ts";
import { PRODUCT_TIMES } from "../field-product/field-product-air.ts";
import { FRAME_PLACES, INSTRUCTION_FIELDS } from "../shapes/instruction.ts";
import { NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertWordTests } from "../words/word-tests.ts";
import { assertBoolean, element } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";

const { pc, hasImmediate, immediate: _, ...decoded } = INSTRUCTION_FIELDS;

/** One step of the machine a row. Columns that the row before reads come first. */
export const PROCESSOR_FIELDS = {
  pc,
  /** Words on the stack, one more than the program has put there: below them lies a word 0. */
  height: 1,
  /** 1 for the first row; one more each row and each opcode of user mode, and four more after a product in Fp2. */
  clock: 1,
  /** The current frame; 0 before one is entered. */
  frame: 1,
  hasImmediate,
  a: LIMBS,
  b: LIMBS,
  c: LIMBS,
  d: LIMBS,
  ...decoded,
  /** The space that is accessed, and the place in it. */
  accessed: 1,
  address: 1,
  /** 1 if the row accesses one place of the memory itself, and 1 if byteMemory does so for it. */
  whole: 1,
  split: 1,
  /** 1 if the tested word is 0; otherwise the inverse of its limbs' sum. */
  zero: 1,
  inverse: 1,
  /** 1 if the row jumps. */
  taken: 1,
  /**
   * Steps since b and c were put on the stack, and since the last access of the memory's place, minus one.
   */
  gapB: NUMBER30,
  gapC: NUMBER30,
  gapM: NUMBER30,
} as const;

/** The row's cells. */
export type ProcessorCells = FieldValues<typeof PROCESSOR_FIELDS, number>;
type Columns = FieldValues<typeof PROCESSOR_FIELDS, Expression>;

/** The table whose rows are the steps of a run, in order; it is filled up with the last, which stops. */
export function processorAir(): Air {
  const b = new AirBuilder("processor", 0);
  const columns = b.declare(PROCESSOR_FIELDS);
  assertCounted(b, columns);
  assertFetch(b, columns);
  assertTop(b, columns);
  assertFlow(b, columns);
  assertClock(b, columns);
  assertFrame(b, columns);
  assertResults(b, columns);
  assertStack(b, columns);
  assertMemory(b, columns);
  askCompression(b, columns);
  return b.build();
}

/**
 * Asserts consequences of the look-up in rom again for the multiplicities of messages, because the engine
 * counts them by constraints only.
 */
function assertCounted(b: AirBuilder, columns: Columns): void {
  const { takesB, takesC, putsA, putsB, computes, isHint, hashes, copies, recovers, compresses, multiplies } = columns;
  const { runsUser, isAddressed, isBytes, whole, split } = columns;
  assertBoolean(b, { takesB, takesC, putsA, putsB, computes, isHint, hashes, copies, recovers, compresses });
  assertBoolean(b, { multiplies, runsUser, isAddressed, isBytes, whole, split });
}

function assertFetch(b: AirBuilder, columns: Columns): void {
  const { hasImmediate: flag, a } = columns;
  b.send(ROM, b.constant(1), { ...columns, immediate: a.map((limb) => b.mul(flag, limb)) });
}

/** The new top is the next row's a, or its b if its a is an immediate. At first the top is the word 0 at the foot. */
function assertTop(b: AirBuilder, { hasImmediate: flag, a, b: second, c, d, topB, topC, topD }: Columns): void {
  a.forEach((limb, i) => {
    const [limbB, limbC, limbD] = [element(second, i), element(c, i), element(d, i)];
    const change = (top: Expression, other: Expression): Expression => b.mul(top, b.sub(other, limb));
    const newTop = b.add(limb, change(topB, limbB), change(topC, limbC), change(topD, limbD));
    const [nextA, nextB] = [b.next(limb), b.next(limbB)];
    b.assertEqual(`top: limb ${i}`, "transition", b.add(nextA, b.mul(b.next(flag), b.sub(nextB, nextA))), newTop);
    b.assertZero(`foot: limb ${i}`, "firstRow", b.add(limb, b.mul(flag, b.sub(limbB, limb))));
  });
}

function assertFlow(b: AirBuilder, columns: Columns): void {
  const { pc: place, next, height, growth, a, jumps, jumpsIf, jumpsUnless, zero, taken, stops } = columns;
  const one = b.constant(1);
  b.assertZero("starts at 0", "firstRow", place);
  b.assertEqual("starts with an empty stack", "firstRow", height, one);
  b.assertEqual("height", "transition", b.next(height), b.add(height, growth));
  const jumped = b.add(jumps, b.mul(jumpsIf, b.sub(one, zero)), b.mul(jumpsUnless, zero));
  b.assertEqual("taken", "everyRow", taken, jumped);
  const goesOn = b.add(next, b.mul(taken, b.sub(element(a, 0), next)));
  b.assertEqual("continues", "transition", b.next(place), goesOn);
  // Limbs are below 2^16, so their sum is 0 only if all of them are.
  b.assertZero("target is one limb", "everyRow", b.add(...a.slice(1)), taken);
  b.assertEqual("stops at last", "lastRow", stops, one);
}

/** A step of the clock each row, those of a product, and the opcodes in user mode: the first limb of d, with the result c. */
function assertClock(b: AirBuilder, { clock, frame, c, d, runsUser, multiplies }: Columns): void {
  const one = b.constant(1);
  const elapsed = element(d, 0);
  b.assertEqual("clock starts at 1", "firstRow", clock, one);
  b.assertEqual(
    "clock ticks",
    "transition",
    b.next(clock),
    b.add(clock, one, b.mul(runsUser, elapsed), b.scale(multiplies, PRODUCT_TIMES - 1)),
  );
  b.send(USER_MODE, runsUser, { time: clock, elapsed, frame, word: c });
}

/** The frame that was entered last. */
function assertFrame(b: AirBuilder, { frame, entersFrame, a }: Columns): void {
  b.assertZero("begins in frame 0", "firstRow", frame);
  const change = b.mul(entersFrame, b.sub(element(a, 0), frame));
  b.assertEqual("frame", "transition", b.next(frame), b.add(frame, change));
  b.assertZero("frame is one limb", "everyRow", b.add(...a.slice(1)), entersFrame);
}

function assertResults(b: AirBuilder, columns: Columns): void {
  const { a, b: second, c, d, computes, operation, isHint, jumpsIf, jumpsUnless } = columns;
  b.send(ALU, computes, { operation, a, b: second, c, d });
  b.send(WORD_RANGE, isHint, { word: d });
  assertWordTests(b, { ...columns, testsB: b.add(jumpsIf, jumpsUnless) });
}

function assertStack(b: AirBuilder, columns: Columns): void {
  const { height, clock, hasImmediate: flag, a, b: second, c, depthA, depthB, takesB, takesC, putsA, putsB } = columns;
  const placeB = b.sub(height, depthB);
  const placeC = b.add(b.sub(height, b.constant(3)), flag);
  b.receive(STACK, takesB, { place: placeB, time: timeBefore(b, clock, columns.gapB), word: second });
  b.receive(STACK, takesC, { place: placeC, time: timeBefore(b, clock, columns.gapC), word: c });
  b.send(STACK, putsA, { place: b.sub(height, depthA), time: clock, word: a });
  b.send(STACK, putsB, { place: placeB, time: clock, word: second });
}

function assertMemory(b: AirBuilder, columns: Columns): void {
  const { clock, a, b: second, d, accessed, address, reads, writesA, writesB, isAddressed, isBytes, whole } = columns;
  const [low, high] = [element(a, 0), element(a, 1)];
  assertAddress(b, columns);
  // Below 2^29, as the memory's indexes are, so that no two addresses are one modulo p.
  // A limb is below 2^16, so its double is below p.
  b.send(RANGE14, isAddressed, { value: b.scale(high, 2) });
  // low / 32 is below 2^16 for multiples of 32 only: 32 times that is below p.
  b.send(RANGE16, b.mul(isBytes, whole), { value: b.scale(low, inv(32)) });
  b.receive(MEMORY, whole, { space: accessed, index: address, time: timeBefore(b, clock, columns.gapM), word: d });
  const written = d.map((limb, i) =>
    b.add(b.mul(reads, limb), b.mul(writesA, element(a, i)), b.mul(writesB, element(second, i))),
  );
  b.send(MEMORY, whole, { space: accessed, index: address, time: clock, word: written });
  assertSplit(b, columns);
  askHash(b, columns);
  askCopy(b, columns);
  requestTask(b, columns);
}

/** A recovery, with the result d; or a product, for which d is a copy of its indexes a. */
function requestTask(b: AirBuilder, { clock, a, d, accessed, address, recovers, multiplies }: Columns): void {
  a.forEach((limb, i) => {
    b.assertEqual(`indexes: limb ${i}`, "everyRow", element(d, i), limb, multiplies);
  });
  b.send(MEMORY_TASK, b.add(recovers, multiplies), { space: accessed, offset: address, time: clock, word: d });
}

/**
 * Asserts the address of a row's memory access: its place, or `a` places after it, in the space that `a`
 * names or in the current frame.
 */
function assertAddress(b: AirBuilder, columns: Columns): void {
  const { a, space, index, accessed, address, frame, isAddressed, isPointer, isOfFrame } = columns;
  const given = b.add(element(a, 0), b.scale(element(a, 1), LIMB));
  const ofFrame = b.mul(isOfFrame, b.scale(frame, FRAME_PLACES));
  b.assertEqual("address", "everyRow", address, b.add(index, b.mul(isAddressed, given), ofFrame));
  b.assertEqual("space", "everyRow", accessed, b.add(space, b.mul(isPointer, element(a, 2))));
  b.assertZero("address has two limbs", "everyRow", b.add(...a.slice(2)), b.sub(isAddressed, isPointer));
  b.assertZero("pointer has three limbs", "everyRow", b.add(...a.slice(3)), isPointer);
}

/** Bytes of two places, or one byte of a place, are accessed by byteMemory; the prover chooses it for whole words, too. */
function assertSplit(b: AirBuilder, columns: Columns): void {
  const { clock, b: second, d, accessed, address, reads, writesA, writesB, writesByte, isBytes, whole, split } = columns;
  b.assertEqual("access", "everyRow", b.add(whole, split), b.add(reads, writesA, writesB, writesByte));
  b.assertZero("only bytes are split", "everyRow", b.sub(b.constant(1), isBytes), split);
  b.assertZero("a byte is split", "everyRow", writesByte, whole);
  const isWritten = b.add(writesB, writesByte);
  const word = d.map((limb, i) => b.add(limb, b.mul(isWritten, b.sub(element(second, i), limb))));
  b.send(BYTE_MEMORY, split, { space: accessed, offset: address, time: clock, writes: writesB, writesByte, word });
}

/** The bytes lie in the memory; b is how many they are. */
function askHash(b: AirBuilder, { clock, b: second, c, accessed, address, hashes }: Columns): void {
  b.assertZero("length has two limbs", "everyRow", b.add(...second.slice(2)), hashes);
  b.send(HASH, hashes, { space: accessed, offset: address, length: second.slice(0, 2), time: clock, word: c });
}

/** The tag is one limb; the one above it says how the right side is written. */
function askCompression(b: AirBuilder, { a, b: left, c: right, d: result, compresses }: Columns): void {
  b.assertZero("tag has two limbs", "everyRow", b.add(...a.slice(2)), compresses);
  b.send(DIGEST_WORDS, compresses, { tag: element(a, 0), packed: element(a, 1), left, right, result });
}

/** Both memories are those of frames; c is how many bytes. */
function askCopy(b: AirBuilder, { clock, b: second, c, space, accessed, address, copies }: Columns): void {
  const twoLimbs = (word: readonly Expression[]): Expression => b.add(element(word, 0), b.scale(element(word, 1), LIMB));
  b.assertZero("source has three limbs", "everyRow", b.add(...second.slice(3)), copies);
  b.assertZero("copied length has two limbs", "everyRow", b.add(...c.slice(2)), copies);
  // Below 2^29, as the address is.
  for (const word of [second, c]) b.send(RANGE14, copies, { value: b.scale(element(word, 1), 2) });
  b.send(COPY, copies, {
    space: accessed,
    offset: address,
    fromSpace: b.add(space, element(second, 2)),
    fromOffset: twoLimbs(second),
    length: twoLimbs(c),
    time: clock,
  });
}
