import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { ALU, BYTES, CODE, CODE_OPERAND, MEMORY, OPCODE, RANGE16, USER_BEGINS, USER_BYTES, USER_ENDS } from "../buses.ts";
import { OPERATION } from "../operations/operation.ts";
import type { UserWeights } from "../../../ground/protocol/native-budget.ts";
import { IDLE, USER_OPCODE_FIELDS } from "../shapes/user-opcode.ts";
import { FRAME_PLACES } from "../shapes/instruction.ts";
import { lookUpNumber30, NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertBoolean, element, zeroWord } from "../words/expressions.ts";
import { LIMBS, WORD_BYTES } from "../shapes/word.ts";
import { assertWordTests } from "../words/word-tests.ts";

/** Maximum number of words on a frame's stack. */
export const STACK_WORDS = 1024;
/** Code of an exceptional halt for the kernel. */
export const HALT = 0xfe;
/** Code for the kernel if the next opcode weighs more than the rest of the native budget. */
export const BUDGET_SPENT = 0x0c;
/** Gas that EXP costs for each byte of its exponent. */
export const GAS_PER_EXPONENT_BYTE = 50;

/** An opcode of user code a row. Columns that the row before reads come first. */
export const USER_FIELDS = {
  /** 1 if the row continues from the previous row; 0 if user mode is entered. */
  follows: 1,
  /** When user mode was entered, in which frame, and the code that runs. */
  start: 1,
  frame: 1,
  codeFrame: 1,
  length: 1,
  clock: 1,
  /** Position of the opcode, and 1 if it is a valid jump target. */
  place: 1,
  isTarget: 1,
  /** Words on the stack, gas, and the words of memory that the frame has paid for, before the opcode. */
  height: 1,
  gas: 1,
  words: 1,
  /** Rest of the native budget before the opcode. */
  budget: 1,
  begins: 1,
  ends: 1,
  a: LIMBS,
  b: LIMBS,
  c: LIMBS,
  d: LIMBS,
  ...USER_OPCODE_FIELDS,
  /** For EXP's exponent: number of zero bits above its highest, and number of its bytes. */
  leadingZeros: 1,
  exponentBytes: 1,
  /**
   * For an opcode that touches bytes: 1 if userBytes is requested, gas and units beyond its fixed ones, words
   * that are paid for afterwards.
   */
  asked: 1,
  extra: 1,
  units: 1,
  wordsAfter: 1,
  /** Gas that is left; or what of it is missing, less one, where it does not suffice. */
  rest: NUMBER30,
  /** 1 if the opcode does not run, because of one of the next six or because it is an invalid instruction. */
  fails: 1,
  underflows: 1,
  overflows: 1,
  lacksGas: 1,
  /** 1 if the opcode reaches farther than any gas pays for, or beyond the returned data of a call. */
  refused: 1,
  /** 1 if the opcode could run but weighs more than the rest of the budget. */
  spent: 1,
  /** 1 for a jump to an invalid target: 2^16 or more, beyond the code's end, or not a JUMPDEST. */
  jumpsFar: 1,
  jumpsBehind: 1,
  jumpsWrong: 1,
  /**
   * 1 for each access of the stack's three places, or the memory's; and the steps since their last access,
   * minus one.
   */
  access1: 1,
  access2: 1,
  access3: 1,
  gap1: NUMBER30,
  gap2: NUMBER30,
  gap3: NUMBER30,
  /** 1 if the first, and 1 if the second place gets c. */
  writes1C: 1,
  writes2C: 1,
  /** 1 if the tested word is 0; otherwise the inverse of its limbs' sum. */
  zero: 1,
  inverse: 1,
  /** 1 if the row jumps in case it runs. */
  taken: 1,
} as const;

/** The row's cells. `growth` may be negative. */
export type UserCells = FieldValues<typeof USER_FIELDS, number>;
type Columns = FieldValues<typeof USER_FIELDS, Expression>;

/** The table of user mode. `stackSpace` is the memory's space of frames' stacks. */
export function userAir(stackSpace: number, { exponentByte }: Pick<UserWeights, "exponentByte">): Air {
  const b = new AirBuilder("user", 0);
  const columns = b.declare(USER_FIELDS);
  assertOrder(b, columns);
  assertFetch(b, columns);
  assertFaults(b, columns);
  assertFlow(b, columns, exponentByte);
  assertResults(b, columns);
  askBytes(b, columns);
  access(b, columns, stackSpace);
  return b.build();
}

/** 1 for a row that is of user code. */
function isReal(b: AirBuilder, { begins, follows }: Columns): Expression {
  return b.add(begins, follows);
}

/**
 * Rows of one time in user mode lie behind each other. Each time is entered and left once, so of rows that follow each other
 * the first begins, and no other.
 */
function assertOrder(b: AirBuilder, columns: Columns): void {
  const { follows, begins, ends, start, frame, codeFrame, length, clock, place, height, gas, words, budget } = columns;
  const { ticks } = columns;
  const one = b.constant(1);
  const goesOn = b.next(follows);
  assertBoolean(b, { begins, follows, ends });
  b.assertZero("follows nothing at first", "firstRow", follows);
  const remains = b.sub(isReal(b, columns), ends);
  b.assertEqual("continues until it ends", "transition", goesOn, remains);
  b.assertZero("ends at last", "lastRow", remains);
  const stays = (name: string, column: Expression): void => {
    b.assertEqual(`${name} stays`, "transition", b.next(column), column, goesOn);
  };
  stays("start", start);
  stays("frame", frame);
  stays("code's frame", codeFrame);
  stays("length", length);
  b.assertEqual("clock begins behind the start", "everyRow", clock, b.add(start, one), begins);
  b.assertEqual("clock ticks", "transition", b.next(clock), b.add(clock, one, ticks), goesOn);
  b.receive(USER_BEGINS, begins, { time: start, frame, codeFrame, length, place, height, gas, words, budget });
}

/** The opcode is the code's at the place; a row that is of no user code runs nothing. */
function assertFetch(b: AirBuilder, columns: Columns): void {
  const { codeFrame: frame, length, place, byte, isTarget, size, c, isPush, fails } = columns;
  const one = b.constant(1);
  const real = isReal(b, columns);
  b.send(CODE, real, { frame, length, place, byte, kind: b.add(one, isTarget) });
  b.assertZero("no code, no opcode", "everyRow", b.mul(b.sub(one, real), b.sub(byte, b.constant(IDLE))));
  b.send(OPCODE, one, columns);
  assertBoolean(b, { isPush, isTarget });
  b.send(CODE_OPERAND, b.mul(isPush, b.sub(one, fails)), { frame, length, place: b.add(place, size), word: c });
}

/**
 * An opcode fails if words or gas for it are missing, or the stack is full; of each a number from 0 says which. Or userBytes
 * refuses it. Or the budget is spent: then it is one that could run.
 */
function assertFaults(b: AirBuilder, columns: Columns): void {
  const { height, gas, cost, pops, growth, rest, fails, underflows, overflows, lacksGas, isInvalid } = columns;
  const { exponentBytes, extra, refused, spent } = columns;
  const one = b.constant(1);
  assertBoolean(b, { fails, underflows, overflows, lacksGas, spent });
  b.assertEqual("fails for a reason", "everyRow", fails, b.add(isInvalid, underflows, overflows, lacksGas, refused, spent));
  const couldRun = mayRun(b, columns);
  /**
   * The number itself if the opcode could run; its distance below 0, minus one, if it is the cause of the
   * failure; otherwise 0.
   */
  const tested = (number: Expression, isMissing: Expression): Expression =>
    b.sub(b.mul(couldRun, number), b.mul(isMissing, b.add(number, one)));
  b.send(RANGE16, one, { value: tested(b.sub(height, pops), underflows) });
  b.send(RANGE16, one, { value: tested(b.sub(b.constant(STACK_WORDS), b.add(height, growth)), overflows) });
  const left = b.sub(gas, b.add(cost, b.scale(exponentBytes, GAS_PER_EXPONENT_BYTE), extra));
  b.assertEqual("rest", "everyRow", lookUpNumber30(b, rest), tested(left, lacksGas));
  assertExponent(b, columns);
}

/** 1 for an opcode that runs, or would with more of the budget. */
function mayRun(b: AirBuilder, { fails, spent }: Columns): Expression {
  return b.add(b.sub(b.constant(1), fails), spent);
}

/** Units that an opcode takes from the budget: its fixed weight, and that of its operands. */
function weightOf(b: AirBuilder, { weight, units, exponentBytes }: Columns, exponentByte: number): Expression {
  return b.add(weight, units, b.scale(exponentBytes, exponentByte));
}

/**
 * A byte has 8 bits, of which fewer than 8 of the highest byte may be above the exponent's highest. The number of bytes is an
 * integer, and so is theirs.
 */
function assertExponent(b: AirBuilder, columns: Columns): void {
  const { b: exponent, isPower, access2, leadingZeros, exponentBytes } = columns;
  const zero = zeroWord(b);
  assertBoolean(b, { isPower });
  b.assertZero("only an exponent has bytes", "everyRow", b.mul(b.sub(b.constant(1), isPower), exponentBytes));
  const asks = b.mul(isPower, access2);
  const operation = b.constant(OPERATION.clz);
  b.send(ALU, asks, { operation, a: exponent, b: zero, c: [leadingZeros, ...zero.slice(1)], d: zero });
  const above = b.sub(b.add(b.scale(exponentBytes, 8), leadingZeros), b.constant(8 * WORD_BYTES));
  b.send(BYTES, asks, { low: exponentBytes, high: b.scale(above, 2 ** 5) });
}

/** Asserts the next place, the remaining gas, and the code that the kernel receives at the end. */
function assertFlow(b: AirBuilder, columns: Columns, exponentByte: number): void {
  const { start, clock, place, size, height, growth, gas, rest, byte, ends, traps, fails, follows } = columns;
  const { a, taken, isTarget, words, wordsAfter, budget, spent } = columns;
  const one = b.constant(1);
  const goesOn = b.next(follows);
  assertJump(b, columns);
  const halts = b.add(fails, strays(b, columns));
  b.assertEqual("ends", "everyRow", ends, b.add(halts, b.mul(b.sub(one, halts), traps)));
  const behind = b.add(place, size, one);
  const target = b.add(behind, b.mul(taken, b.sub(element(a, 0), behind)));
  b.assertEqual("place: the next", "transition", b.next(place), target, goesOn);
  b.assertZero("jumps to JUMPDEST", "transition", b.mul(taken, b.sub(one, b.next(isTarget))), goesOn);
  b.assertEqual("height: the next", "transition", b.next(height), b.add(height, growth), goesOn);
  b.assertEqual("gas: the next", "transition", b.next(gas), numberOf(b, rest), goesOn);
  b.assertEqual("words: the next", "transition", b.next(words), wordsAfter, goesOn);
  const weight = weightOf(b, columns, exponentByte);
  b.assertEqual("budget: the next", "transition", b.next(budget), b.sub(budget, weight), goesOn);
  // What traps is behind the opcode, and has cost nothing yet; what halts stays where it was. The budget may be below 0: it has
  // fallen in each row, so visits, which knows whether it is, need not know of the rows before.
  b.send(USER_ENDS, ends, {
    time: start,
    clock,
    height,
    gas,
    words,
    place: b.sub(b.add(place, one), halts),
    budget: b.sub(budget, b.mul(mayRun(b, columns), weight)),
    spent,
    opcode: b.add(byte, b.mul(halts, b.sub(b.constant(HALT), byte)), b.scale(spent, BUDGET_SPENT - HALT)),
  });
}

/** 1 if it jumps where it may not. */
function strays(b: AirBuilder, { jumpsFar, jumpsBehind, jumpsWrong }: Columns): Expression {
  return b.add(jumpsFar, jumpsBehind, jumpsWrong);
}

/**
 * Asserts a jump: limbs of a target but the first are 0, or the target is far; d has the inverse that proves
 * this, or the word at the place.
 */
function assertJump(b: AirBuilder, columns: Columns): void {
  const { a, d, codeFrame: frame, length, jumps, jumpsIf, zero, taken, jumpsFar, jumpsBehind, jumpsWrong } = columns;
  const one = b.constant(1);
  assertBoolean(b, { jumpsBehind, jumpsWrong });
  b.assertEqual("taken", "everyRow", taken, b.add(jumps, b.mul(jumpsIf, b.sub(one, zero))));
  b.assertZero("strays if it jumps", "everyRow", b.mul(strays(b, columns), b.sub(one, taken)));
  const upper = b.add(...a.slice(1));
  const [place, byte, kind] = [element(a, 0), element(d, 0), element(d, 1)];
  b.assertZero("a target is one limb", "everyRow", upper, b.sub(taken, jumpsFar));
  b.assertEqual("a far target is not", "everyRow", b.mul(upper, byte), one, jumpsFar);
  b.send(RANGE16, jumpsBehind, { value: b.sub(place, length) });
  b.send(CODE, jumpsWrong, { frame, length, place, byte, kind });
  b.assertZero("a wrong target is not a JUMPDEST", "everyRow", b.mul(kind, b.sub(kind, one)), jumpsWrong);
}

function assertResults(b: AirBuilder, columns: Columns): void {
  const { a, b: second, c, d, rest, byte: operation, computes, fails, place, length } = columns;
  const { isNumber, literal, isPlace, isGas, isCodeLength, isSliceLength, jumpsIf } = columns;
  assertBoolean(b, { computes });
  b.send(ALU, b.mul(computes, b.sub(b.constant(1), fails)), { operation, a, b: second, c, d });
  assertWordTests(b, { ...columns, testsB: jumpsIf });
  const lower = b.add(
    literal,
    ...[b.mul(isPlace, place), b.mul(isGas, element(rest, 0)), b.mul(isCodeLength, length)],
    b.mul(isSliceLength, element(d, 0)),
  );
  const upper = b.add(b.mul(isGas, element(rest, 1)), b.mul(isSliceLength, element(d, 1)));
  c.forEach((limb, i) => {
    const expected = i === 0 ? lower : i === 1 ? upper : b.constant(0);
    b.assertEqual(`number: limb ${i}`, "everyRow", b.mul(isNumber, limb), expected);
  });
}

/**
 * Requests the effect of an opcode that touches bytes, and whether it can run; also if gas may be missing,
 * since the effect includes gas.
 */
function askBytes(b: AirBuilder, columns: Columns): void {
  const { asks, asked, refused, underflows, overflows, fails, words, wordsAfter, extra, units, clock, byte, length } = columns;
  const one = b.constant(1);
  const others = b.sub(one, asks);
  assertBoolean(b, { asked });
  b.assertEqual("asked", "everyRow", asked, b.mul(asks, b.sub(one, b.add(underflows, overflows))));
  b.assertZero("only what touches bytes is refused", "everyRow", b.mul(others, refused));
  b.assertZero("only what touches bytes has extra costs", "everyRow", b.mul(others, extra));
  b.assertZero("only what touches bytes has extra units", "everyRow", b.mul(others, units));
  b.assertEqual("only what touches bytes pays for words", "everyRow", wordsAfter, words, others);
  b.send(USER_BYTES, asked, {
    ...columns,
    time: clock,
    opcode: byte,
    codeLength: length,
    before: words,
    after: wordsAfter,
    runs: b.sub(one, fails),
  });
}

function numberOf(b: AirBuilder, limbs: readonly Expression[]): Expression {
  return b.add(element(limbs, 0), b.scale(element(limbs, 1), 2 ** 16));
}

/** The stack's two places, and its third or one of the memory. */
function access(b: AirBuilder, columns: Columns, stackSpace: number): void {
  const { a, b: second, c, d, clock, frame, height, fails, depth1, depth2, takes1, takes2, takes3, reads } = columns;
  const { access1, access2, access3, gap1, gap2, gap3, puts1B, puts1C, puts1D, puts2A, puts2C, space, index, isOfFrame } =
    columns;
  const { isPower, lacksGas, asks, refused, spent, writes1C, writes2C } = columns;
  const runs = b.sub(b.constant(1), fails);
  // An exponent says whether gas and budget suffice, and so do offsets and lengths.
  const missing = b.add(lacksGas, spent);
  const looks = b.add(runs, b.mul(isPower, missing), b.mul(asks, b.add(missing, refused)));
  assertBoolean(b, { access1, access2, access3 });
  b.assertEqual("access: the first", "everyRow", access1, b.mul(takes1, looks));
  b.assertEqual("access: the second", "everyRow", access2, b.mul(takes2, looks));
  b.assertEqual("access: the third", "everyRow", access3, b.mul(b.add(takes3, reads), looks));
  b.assertEqual("what fails puts nothing down", "everyRow", writes2C, b.mul(puts2C, runs));
  b.assertEqual("what fails puts nothing on top", "everyRow", writes1C, b.mul(puts1C, runs));
  const chosen = (word: readonly Expression[], ...others: readonly (readonly [Expression, readonly Expression[]])[]) =>
    word.map((limb, i) => b.add(limb, ...others.map(([flag, other]) => b.mul(flag, b.sub(element(other, i), limb)))));
  const place = (
    at: { readonly space: Expression; readonly index: Expression },
    isAccessed: Expression,
    gap: readonly Expression[],
    before: readonly Expression[],
    after: readonly Expression[],
  ): void => {
    b.receive(MEMORY, isAccessed, { ...at, time: timeBefore(b, clock, gap), word: before });
    b.send(MEMORY, isAccessed, { ...at, time: clock, word: after });
  };
  const stack = b.constant(stackSpace);
  const top = b.add(b.scale(frame, STACK_WORDS), height);
  const first = chosen(a, [puts1B, second], [writes1C, c], [puts1D, d]);
  place({ space: stack, index: b.sub(top, depth1) }, access1, gap1, a, first);
  place({ space: stack, index: b.sub(top, depth2) }, access2, gap2, second, chosen(second, [puts2A, a], [writes2C, c]));
  const ofFrame = b.mul(isOfFrame, b.scale(frame, FRAME_PLACES));
  const third = {
    space: b.add(space, b.scale(takes3, stackSpace)),
    index: b.add(index, ofFrame, b.mul(takes3, b.sub(top, b.constant(3)))),
  };
  place(third, access3, gap3, chosen(d, [takes3, c]), chosen(d, [asks, c]));
}
