import { codeRows } from "../../../src/proofs/circuits/code/code-trace.ts";
import { noWord } from "../../../src/proofs/circuits/code-words/code-words-trace.ts";
import { HALT, type UserCells } from "../../../src/proofs/circuits/user/user-air.ts";
import { NO_OPCODE } from "../../../src/proofs/circuits/user/user-trace.ts";
import { number30 } from "../../../src/proofs/circuits/words/earlier.ts";
import { limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import {
  FIELD_SPACE,
  GAS_FIELD,
  KERNEL_MEMORY_SPACE,
  placeOfVariable,
  USER_STACK_SPACE,
} from "../../../src/proofs/execution-proof/memory-places.ts";
import { decodeOpcode } from "../../../src/proofs/execution-proof/user-decode.ts";
import { FRAME_PLACES } from "../../../src/proofs/circuits/shapes/instruction.ts";
import { inv, mul, P } from "../../../src/proofs/field/koala-bear.ts";
import { fieldIndex } from "../../../src/proofs/machine/kernel/names.ts";
import { budgetPut, userChanged, visited, type VisitEnd, withUser } from "./forged-visit.ts";
import { changed, type Forgery, gap, negative, word } from "./forgeries.ts";
import { withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { push, SET_GAS, setField } from "./programs.ts";
import { CODE_FRAME, position, USER_FRAME } from "./user-run.ts";

const EXP = 0x0a;
const [STOP, ADD, MUL, SUB, EQ, ISZERO, NOT, TIMESTAMP, SLOAD, POP] = [0, 1, 2, 3, 0x14, 0x15, 0x19, 0x42, 0x54, 0x50];
const [MLOAD, MSIZE] = [0x51, 0x59];
const [JUMP, JUMPI, PC, JUMPDEST, PUSH0, DUP1, INVALID] = [0x56, 0x57, 0x58, 0x5b, 0x5f, 0x80, 0xfe];
const STACK = 1024 * USER_FRAME;

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `user: ${refusedBy}`, cells });
const balance = (bus: string, cells: RunCells): Forgery => ({ refusedBy: bus, cells });
const decoded = (byte: number): Partial<UserCells> => decodeOpcode(byte)!;

/** The end of an honest run with some of it changed. */
function endOf({ visits }: RunCells, change: Partial<VisitEnd> = {}): VisitEnd {
  const { opcode, gasAfter, heightAfter, placeAfter } = visits[0]!;
  return { opcode, gas: gasAfter[0]! + 2 ** 16 * gasAfter[1]!, height: heightAfter, place: placeAfter, ...change };
}

/** The run with places of the memory, by space and index: changed, or opened with a word that they hold at last. */
function withPlace(
  run: RunCells,
  space: number,
  index: number,
  change: { readonly last?: readonly number[]; readonly time?: number; readonly uses?: number },
): RunCells {
  return withPlaces(run, (places) => {
    const is = (each: { readonly space: number; readonly index: number }): boolean =>
      each.space === space && each.index === index;
    if (places.some(is)) return places.map((each) => (is(each) ? { ...each, ...change } : each));
    return [...places, { space, index, isStated: false, first: word({}), last: word({}), time: 0, ...change }];
  });
}

/** Runs of user code with a wrong continuation, begin or end. */
export function* userForgeries(): Generator<Forgery> {
  yield* orderForgeries();
  yield* constantForgeries();
  yield* clockForgeries();
  yield* fetchForgeries();
  yield* faultForgeries();
  yield* powerForgeries();
  yield* budgetForgeries();
  yield* jumpForgeries();
  yield* nextForgeries();
  yield* testForgeries();
  yield* accessForgeries();
  yield* gapForgeries();
  yield* byteOpcodeForgeries();
}

function* orderForgeries(): Generator<Forgery> {
  const run = visited([push(5), SLOAD]);
  const [first, last] = run.user as [UserCells, UserCells];
  const rich = { gas: 5000, rest: number30(5000) };
  const { start, frame, codeFrame, length } = first;
  // Between its rows is a row without code, which supplies gas.
  const idle = { ...NO_OPCODE, start, frame, codeFrame, length, clock: start + 2, place: 1, height: 1, ...rich };
  yield by(
    "continues until it ends",
    withUser(run, [first, idle, { ...last, clock: start + 3, ...rich }], endOf(run, { gas: 5000 })),
  );
}

/** Run whose end precedes its begin, which never ends. */
export function endBeforeBegin(): RunCells {
  const run = visited([push(5), SLOAD]);
  const [first, last] = run.user as [UserCells, UserCells];
  return withUser(run, [{ ...last, gas: 5000, rest: number30(5000) }, first], endOf(run, { gas: 5000 }));
}

function* constantForgeries(): Generator<Forgery> {
  // Frame 7's stack is tested instead.
  const tested = visited([push(5), ISZERO, STOP]);
  const one = word({ 0: 1 });
  const { start } = tested.user[0]!;
  const other = { a: word({}), c: one, zero: 1, inverse: 0, gap1: gap(start + 2, 0) };
  const moved = withPlace(tested, USER_STACK_SPACE, 7 * 1024, {});
  yield by(
    "frame stays",
    userChanged(withPlace(moved, USER_STACK_SPACE, STACK, { time: start + 1 }), {
      1: { frame: 7, ...other },
      2: { frame: 7 },
    }),
  );
  // The other code is frame 9's, whose memory is 0; or the first byte of this code.
  const run = visited([push(5), SLOAD]);
  const stop = { ...decoded(STOP), a: word({}) };
  const end = endOf(run, { opcode: STOP });
  const zeros = codeRows({ frame: 9, length: 3, bytes: new Uint8Array(3) }, 3);
  const empty = { ...noWord(), real: 1, frame: 9, uses: noWord().uses.map((_, i) => (i < 3 ? 1 : 0)) };
  const both = { ...run, code: [...run.code, ...zeros], codeWords: [...run.codeWords, empty] };
  const opened = withPlace(both, KERNEL_MEMORY_SPACE + 9, 0, { uses: 1 });
  yield by("code's frame stays", userChanged(opened, { 1: { codeFrame: 9, ...stop } }, end));
  const cut = codeRows({ frame: CODE_FRAME, length: 1, bytes: Uint8Array.of(0x60) }, 2);
  const words = run.codeWords.map((row) => ({ ...row, uses: row.uses.map((count, i) => count + (i === 0 ? 1 : 0)) }));
  const shorter = { ...run, code: [...run.code, ...cut], codeWords: words };
  yield by("length stays", userChanged(shorter, { 1: { length: 1, ...stop } }, end));
}

function* clockForgeries(): Generator<Forgery> {
  const [zero, one] = [word({}), word({ 0: 1 })];
  // 0 is on the stack, and 5 is written over it: the code runs in between.
  const run = visited([ISZERO, STOP], { stack: [0n], over: [5n], stops: true });
  const writes = run.processor.flatMap(({ writesB, space }, i) => (writesB === 1 && space === USER_STACK_SPACE ? [i] : []));
  const [early = 0, late = 0] = writes;
  const [before, over, at] = [run.processor[early]!.clock, run.processor[late]!.clock, run.user[0]!.start];
  const clocks = {
    0: { clock: before + 1, a: zero, c: one, zero: 1, inverse: 0, gap1: gap(before + 1, before) },
    1: { clock: before + 2 },
  };
  const elapsed = before + 2 - at;
  const told = withElapsed(userChanged(run, clocks), elapsed);
  const held = changed(told, { [late]: { d: one, gapM: gap(over, before + 1) } });
  yield by("clock begins behind the start", withPlace(held, USER_STACK_SPACE, STACK, { last: word({ 0: 5 }), time: over }));
  // 0 and then 5 is pushed; a decreasing clock lets the 0 be tested.
  const twice = visited([PUSH0, POP, push(5), ISZERO, STOP]);
  const { start } = twice.user[0]!;
  const rows = {
    2: { clock: start + 3, a: one, gap1: gap(start + 3, start + 2) },
    3: { clock: start + 2, a: zero, c: one, zero: 1, inverse: 0, gap1: gap(start + 2, start + 1) },
  };
  yield by("clock ticks", userChanged(twice, rows));
}

/** Run whose user code took `elapsed` steps of the clock, which may be negative; the kernel stops after it. */
function withElapsed(run: RunCells, elapsed: number): RunCells {
  const at = run.processor.findIndex(({ runsUser }) => runsUser === 1);
  const { clock } = run.processor[at]!;
  const shown = changed(run, { [at]: { d: word({ 0: elapsed }) }, [at + 1]: { clock: clock + elapsed + 1 } });
  const frame = FRAME_PLACES * USER_FRAME;
  const places = [frame + fieldIndex("position"), frame + GAS_FIELD, frame + fieldIndex("memoryWords")];
  const visits = run.visits.map((row) => ({ ...row, elapsed }));
  const told = budgetPut({ ...shown, visits });
  return places.reduce((cells, index) => withPlace(cells, FIELD_SPACE, index, { time: clock + elapsed }), told);
}

function* fetchForgeries(): Generator<Forgery> {
  const sum = visited([push(5), push(7), ADD, STOP]);
  const two = word({ 0: 2 });
  yield balance("code", userChanged(sum, { 2: { ...decoded(SUB), c: two } }));
  // The code says what its memory does not.
  const said = visited([push(5), STOP]);
  const bytes = Uint8Array.of(0x60, 6, STOP);
  const code = codeRows({ frame: CODE_FRAME, length: 3, bytes }, 3);
  const words = said.codeWords.map((row) => ({ ...row, bytes: row.bytes.map((byte, i) => bytes[i] ?? byte) }));
  yield balance("finalWord", userChanged({ ...said, code, codeWords: words }, { 0: { c: word({ 0: 6 }) } }));
  yield balance("codeOperand", userChanged(visited([push(5), STOP]), { 0: { c: word({ 0: 6 }) } }));
  const gas = (run: RunCells, more: number, from: number): RunCells =>
    userChanged(
      run,
      Object.fromEntries(
        run.user.map((row, i) => [
          i,
          { gas: row.gas + (i > from ? more : 0), rest: number30(row.rest[0]! + (i >= from ? more : 0)) },
        ]),
      ),
      endOf(run, { gas: endOf(run).gas + more }),
    );
  yield by("opcode[0]", { ...gas(sum, 3, 2), user: gas(sum, 3, 2).user.map((row, i) => (i === 2 ? { ...row, cost: 0 } : row)) });
  yield by("rest", gas(sum, 100, 2));
  const later = gas(sum, 100, 3);
  yield by("gas: the next", { ...later, user: later.user.map((row, i) => (i === 3 ? { ...row, gas: row.gas + 100 } : row)) });
  const richer = gas(sum, 100, 0);
  yield balance("userBegins", { ...richer, user: richer.user.map((row, i) => (i === 0 ? { ...row, gas: row.gas + 100 } : row)) });
  const poor = userChanged(sum, {}, endOf(sum, { gas: 1 }));
  yield balance("userEnds", poor);
  const served = userChanged(sum, {}, endOf(sum, { opcode: SLOAD }), { opcode: STOP });
  yield balance("userMode", served);
  // A row that is of no code complements a word of the stack.
  const held = visited([STOP], { stack: [0n] });
  const { clock } = held.user[0]!;
  const rogue = {
    ...{ ...NO_OPCODE, ...decoded(NOT), clock: clock + 9, frame: USER_FRAME, height: 1, gas: 3, c: word({}).map(() => 0xffff) },
    ...{ access1: 1, writes1C: 1, zero: 1, gap1: gap(clock + 9, storedAt(held)) },
  };
  const first = { ...held, user: [...held.user, rogue] };
  yield by("no code, no opcode", withUser(first, first.user));
  // In the operand of a push another push begins, whose operand is taken for both bytes.
  const inside = visited([[0x61, 0x60, 0xaa], STOP], { place: 1 });
  yield by("isTarget is boolean", userChanged(inside, { 0: { isTarget: -1, c: word({ 0: 0x60aa }) } }));
}

/** When the kernel put the first word on the stack. */
function storedAt({ processor }: RunCells): number {
  return processor.find(({ writesB, space }) => writesB === 1 && space === USER_STACK_SPACE)!.clock;
}

function* faultForgeries(): Generator<Forgery> {
  // No instruction is run as if it did nothing.
  const invalid = visited([INVALID, STOP]);
  const row = invalid.user[0]!;
  const ran = (change: Partial<UserCells>, gasLeft = 1000): RunCells => {
    const first = { ...row, fails: 0, ends: 0, rest: number30(gasLeft), ...change };
    const second = {
      ...{ ...row, ...decoded(STOP), follows: 1, begins: 0, ends: 1, fails: 0, clock: row.clock + 1, place: 1 },
      ...{ gas: gasLeft, rest: number30(gasLeft) },
    };
    const end = { opcode: STOP, gas: gasLeft, height: 0, place: 2 };
    return withUser(invalid, [first, second], end);
  };
  yield by("fails for a reason", ran({}));
  yield by("underflows is boolean", ran({ underflows: -1 }));
  yield by("overflows is boolean", ran({ overflows: -1 }));
  yield by("lacksGas is boolean", ran({ lacksGas: -1 }, 2001));
  yield by("spent is boolean", ran({ spent: -1 }, 0));
  // ADD with one word takes the other from below the stack.
  const sum = visited([ADD, STOP], { stack: [9n] });
  const nine = word({ 0: 9 });
  const one = sum.user[0]!;
  const stop = (height: number, gas: number): UserCells => ({
    ...{ ...one, ...decoded(STOP), follows: 1, begins: 0, ends: 1, fails: 0, underflows: 0, overflows: 0, lacksGas: 0 },
    ...{ clock: one.clock + 1, place: 1, height, gas, rest: number30(gas) },
  });
  const took = {
    ...one,
    ends: 0,
    fails: 0,
    underflows: 0,
    rest: number30(997),
    access1: 1,
    access2: 1,
    writes2C: 1,
    a: nine,
    c: nine,
  };
  const gaps = { gap1: gap(one.clock, storedAt(sum)), gap2: gap(one.clock, 0) };
  const opened = withPlace(sum, USER_STACK_SPACE, STACK - 1, {});
  const end = { opcode: STOP, gas: 997, height: 0, place: 2 };
  yield by("range16[0]", withUser(opened, [{ ...took, ...gaps }, stop(0, 997)], end));
  // The 1,025th word of a stack is another frame's first.
  const full = visited([PUSH0, STOP], { height: 1024 });
  const put = {
    ...full.user[0]!,
    ends: 0,
    fails: 0,
    overflows: 0,
    rest: number30(998),
    access1: 1,
    writes1C: 1,
    gap1: gap(one.clock, 0),
  };
  const clock = full.user[0]!.clock;
  const over = withPlace({ ...full, code: full.code }, USER_STACK_SPACE, STACK + 1024, {});
  yield by(
    "range16[1]",
    withUser(
      over,
      [
        { ...put, gap1: gap(clock, 0) },
        { ...stop(1025, 998), clock: clock + 1, codeFrame: CODE_FRAME, start: clock - 1 },
      ],
      { opcode: STOP, gas: 998, height: 1025, place: 2 },
    ),
  );
  // Gas is said not to suffice.
  const paid = visited([JUMPDEST, STOP]);
  const short = (rest: readonly number[]): RunCells =>
    withUser(paid, [{ ...paid.user[0]!, ends: 1, fails: 1, lacksGas: 1, rest }], {
      opcode: HALT,
      gas: 1000,
      height: 0,
      place: 0,
    });
  yield by("range16[2]", short([-1000, 0]));
  yield by("range14[0]", short([0, negative(-1000)]));
}

/** 3^300 costs 10 + 2 · 50, of 994. */
function* powerForgeries(): Generator<Forgery> {
  const run = visited([push(300), push(3), EXP, STOP]);
  const paid = (gas: number, change: Partial<UserCells>): RunCells =>
    userChanged(run, { 2: { ...change, rest: number30(gas) }, 3: { gas, rest: number30(gas) } }, endOf(run, { gas }));
  yield by("alu[0]", paid(934, { exponentBytes: 1, leadingZeros: 249 }));
  yield by("bytes[0]", paid(934, { exponentBytes: 1 }));
  const sum = visited([push(5), push(7), ADD, STOP]);
  const given = { 2: { exponentBytes: -1, rest: number30(1041) }, 3: { gas: 1041, rest: number30(1041) } };
  yield by("only an exponent has bytes", userChanged(sum, given, endOf(sum, { gas: 1041 })));
  const poor = visited([push(300), push(3), EXP], { gas: 115 });
  yield by("what fails puts nothing down", userChanged(poor, { 2: { writes2C: 1, c: word({ 0: 99 }) } }));
}

/** Opcodes that weigh less than they do. */
function* budgetForgeries(): Generator<Forgery> {
  const sum = visited([push(5), push(7), ADD, STOP]);
  const user = sum.user.map((row, i) => (i < 2 ? row : { ...row, budget: row.budget + 100 }));
  const visits = sum.visits.map((row) => ({ ...row, budgetAfter: number30(numberOf(row.budgetAfter) + 100) }));
  yield by("budget: the next", budgetPut({ ...sum, user, visits }));
  yield by("only what touches bytes has extra units", userChanged(sum, { 2: { units: -100 } }));
}

function numberOf([low = 0, high = 0]: readonly number[]): number {
  return low + 2 ** 16 * high;
}

function* jumpForgeries(): Generator<Forgery> {
  const good = visited([push(4), JUMP, STOP, JUMPDEST, STOP]);
  const halted = (run: RunCells, row: number, change: Partial<UserCells>): RunCells => {
    const { gas, height, place } = run.user[row]!;
    const rows = [...run.user.slice(0, row), { ...run.user[row]!, ends: 1, ...change }];
    return withUser(run, rows, { opcode: HALT, gas, height, place });
  };
  yield by("a far target is not", halted(good, 1, { jumpsFar: 1 }));
  yield by("range16[3]", halted(good, 1, { jumpsBehind: 1 }));
  yield by("a wrong target is not a JUMPDEST", halted(good, 1, { jumpsWrong: 1, d: word({ 0: JUMPDEST, 1: 2 }) }));
  const [pushed, jump, , stop] = good.user as [UserCells, UserCells, UserCells, UserCells];
  const stays = { ...stop, clock: jump.clock + 1, place: 3, gas: 989, rest: number30(989) };
  yield by("taken", withUser(good, [pushed, { ...jump, taken: 0 }, stays], endOf(good, { gas: 989, place: 4 })));
  const past = visited([PUSH0, push(9), JUMPI, STOP]);
  yield by("strays if it jumps", halted(past, 2, { jumpsBehind: 1 }));
  // To 2^16 + 5, and to 4, where no JUMPDEST is.
  const far = visited([push(2 ** 16 + 5), JUMP, JUMPDEST, STOP]);
  const on = (run: RunCells, rows: readonly Partial<UserCells>[], end: VisitEnd): RunCells => {
    const [, from] = run.user as [UserCells, UserCells];
    const flags = { ends: 0, jumpsFar: 0, jumpsBehind: 0, jumpsWrong: 0 };
    const behind = rows.map((row, i) => ({ ...NO_OPCODE, ...sameVisit(from), follows: 1, clock: from.clock + 1 + i, ...row }));
    return withUser(run, [run.user[0]!, { ...from, ...flags }, ...behind], end);
  };
  const landed = { ...decoded(JUMPDEST), place: 5, isTarget: 1, gas: 989, rest: number30(988) };
  const stopped = { ...decoded(STOP), place: 6, ends: 1, gas: 988, rest: number30(988) };
  yield by("a target is one limb", on(far, [landed, stopped], { opcode: STOP, gas: 988, height: 0, place: 7 }));
  const wrong = visited([push(4), JUMP, STOP, STOP]);
  const there = { ...decoded(STOP), place: 4, ends: 1, gas: 989, rest: number30(989) };
  yield by("jumps to JUMPDEST", on(wrong, [there], { opcode: STOP, gas: 989, height: 0, place: 5 }));
}

/** Common cells of the rows of one visit to user mode. */
function sameVisit({ start, frame, codeFrame, length }: UserCells): Partial<UserCells> {
  return { start, frame, codeFrame, length };
}

function* nextForgeries(): Generator<Forgery> {
  const trap = visited([SLOAD, STOP], { stack: [1n] });
  const stop = { ...trap.user[0]!, ...decoded(STOP), follows: 1, begins: 0, clock: trap.user[0]!.clock + 1, place: 1 };
  yield by("ends", withUser(trap, [{ ...trap.user[0]!, ends: 0 }, stop], endOf(trap, { opcode: STOP, place: 2 })));
  const twice = visited([PUSH0, PUSH0, STOP]);
  const [first, second, last] = twice.user as [UserCells, UserCells, UserCells];
  const skipped = { ...last, clock: second.clock, height: 1, gas: second.gas, rest: number30(second.gas) };
  const closed = withPlaces(twice, (places) =>
    places.filter(({ space, index }) => space !== USER_STACK_SPACE || index === STACK),
  );
  yield by("place: the next", withUser(closed, [first, skipped], endOf(twice, { gas: second.gas, height: 1 })));
  const one = visited([push(5), STOP]);
  yield by("height: the next", userChanged(one, { 1: { height: 2 } }, endOf(one, { height: 2 })));
}

function* testForgeries(): Generator<Forgery> {
  const one = word({ 0: 1 });
  const sum = visited([push(5), push(7), ADD, STOP]);
  yield by("alu[1]", userChanged(sum, { 2: { c: word({ 0: 99 }) } }));
  const [isZero, isNot, place] = [visited([PUSH0, ISZERO, STOP]), visited([PUSH0, NOT, STOP]), visited([PC, STOP])];
  for (let i = 0; i < 16; i++) {
    yield by(`flag: limb ${i}`, userChanged(isZero, { 1: { c: word(i === 0 ? { 0: 7 } : { 0: 1, [i]: 7 }) } }));
    yield by(`not: limb ${i}`, userChanged(isNot, { 1: { c: word({}).map((_, k) => (k === i ? 3 : 0xffff)) } }));
    yield by(`number: limb ${i}`, userChanged(place, { 0: { c: word({ [i]: 7 }) } }));
    const differ = visited([push(1n << BigInt(16 * i)), PUSH0, EQ, STOP]);
    yield by(`equal: limb ${i}`, userChanged(differ, { 2: { zero: 1, d: word({}), c: one } }));
  }
  const same = visited([PUSH0, PUSH0, EQ, STOP]);
  yield by("equal: not if the flag says so", userChanged(same, { 2: { zero: 0, c: word({}) } }));
  yield by(
    "zero of a: 0 if the flag says so",
    userChanged(visited([push(5), ISZERO, STOP]), { 1: { zero: 1, inverse: 0, c: one } }),
  );
  yield by("zero of a: not 0 if the flag says so", userChanged(isZero, { 1: { zero: 0, c: word({}) } }));
  // JUMPI, then both ways it may go.
  const branch = (condition: number): RunCells => visited([push(condition), push(6), JUMPI, STOP, JUMPDEST, PUSH0, STOP]);
  const [taken, passed] = [branch(5), branch(0)];
  const way = (
    from: RunCells,
    to: RunCells,
    change: Partial<UserCells>,
    others: Readonly<Record<number, Partial<UserCells>>> = {},
  ): RunCells => {
    const rows = [...from.user.slice(0, 2), { ...from.user[2]!, ...change }, ...to.user.slice(3)];
    return withUser(
      from,
      rows.map((row, i) => ({ ...row, ...others[i] })),
      endOf(to),
    );
  };
  yield by("zero of b: 0 if the flag says so", way(taken, passed, { zero: 1, inverse: 0, taken: 0 }));
  yield by("zero of b: not 0 if the flag says so", way(passed, taken, { zero: 0, taken: 1 }, { 4: { a: word({}) } }));
}

function* accessForgeries(): Generator<Forgery> {
  const pushed = visited([push(5), STOP]);
  yield by(
    "access: the first",
    userChanged(withPlace(pushed, USER_STACK_SPACE, STACK, { last: word({}), time: 0 }), { 0: { access1: 0 } }),
  );
  const doubled = visited([DUP1, STOP], { stack: [9n] });
  yield by(
    "access: the second",
    userChanged(withPlace(doubled, USER_STACK_SPACE, STACK + 1, { last: word({}), time: 0 }), { 0: { access2: 0 } }),
  );
  const invented = word({ 0: 99 });
  const read = visited([TIMESTAMP, STOP]);
  const { space, index } = placeOfVariable("timestamp");
  yield by("access: the third", userChanged(withPlace(read, space, index, { time: 0 }), { 0: { access3: 0, d: invented } }));
  yield balance("memory", userChanged(doubled, { 0: { a: invented } }));
}

/** Opcodes that touch bytes, and others that pretend to. */
function* byteOpcodeForgeries(): Generator<Forgery> {
  const run = visited([JUMPDEST, STOP]);
  const [first, last] = run.user as [UserCells, UserCells];
  const words = { words: 7, wordsAfter: 7 };
  yield by("words: the next", withUser(run, [first, { ...last, ...words }], endOf(run, { words: 7 })));
  const paid = withUser(
    run,
    [
      { ...first, wordsAfter: 7 },
      { ...last, ...words },
    ],
    endOf(run, { words: 7 }),
  );
  yield by("only what touches bytes pays for words", paid);
  const refused = { ...first, ends: 1, fails: 1, refused: 1, rest: [0, 0] };
  const halted = { opcode: HALT, gas: 1000, height: 0, place: 0 };
  yield by("only what touches bytes is refused", withUser(run, [refused], halted));
  const given = [
    { ...first, extra: -100, rest: number30(1099) },
    { ...last, gas: 1099, rest: number30(1099) },
  ];
  yield by("only what touches bytes has extra costs", withUser(run, given, endOf(run, { gas: 1099 })));
  // What is loaded is invented; or the memory is not paid for.
  const load = visited([push(0), MLOAD, STOP]);
  const cheaper = { 1: { extra: 0, rest: number30(994) }, 2: { gas: 994, rest: number30(994) } };
  const end = endOf(load, { gas: 994 });
  yield balance("userBytes", userChanged(load, cheaper, end));
  const invented = { asked: 0, wordsAfter: 0, c: word({ 0: 99 }) };
  const unpaid = { 1: { ...cheaper[1], ...invented }, 2: { ...cheaper[2], words: 0, wordsAfter: 0 } };
  const unread = withPlace({ ...load, userBytes: [] }, KERNEL_MEMORY_SPACE + USER_FRAME, 0, { time: 0 });
  yield by("asked", userChanged(unread, unpaid, { ...end, words: 0 }));
  const poor = visited([push(0), MLOAD], { gas: 8 });
  const put = { c: word({ 0: 99 }) };
  const userBytes = poor.userBytes.map((row) => ({ ...row, ...put, old: put.c }));
  yield by("what fails puts nothing on top", userChanged({ ...poor, userBytes }, { 1: { writes1C: 1, ...put } }));
}

function* gapForgeries(): Generator<Forgery> {
  const zero = word({});
  // What is pushed later is tested, or added.
  const tested = visited([ISZERO, POP, push(5), STOP], { stack: [0n] });
  const { start } = tested.user[0]!;
  const early = (change: Partial<UserCells>): RunCells => {
    const rows = {
      0: { a: word({ 0: 5 }), c: zero, zero: 0, inverse: inv(5), ...change },
      2: { a: zero, gap1: gap(start + 3, storedAt(tested)) },
    };
    return withPlace(userChanged(tested, rows), USER_STACK_SPACE, STACK, { last: zero, time: start + 1 });
  };
  yield by("range16[4]", early({ gap1: gap(start + 1, start + 3) }));
  yield by("range14[1]", early({ gap1: [0, negative(-3)] }));
  const added = visited([ADD, POP, push(5), STOP], { stack: [7n, 1n] });
  const at = added.user[0]!.start;
  const six = word({ 0: 6 });
  const later = (change: Partial<UserCells>): RunCells => {
    const rows = { 0: { b: word({ 0: 5 }), c: six, ...change }, 2: { a: word({ 0: 7 }), gap1: gap(at + 3, storedAt(added)) } };
    return withPlace(userChanged(added, rows), USER_STACK_SPACE, STACK, { last: six, time: at + 1 });
  };
  yield by("range16[5]", later({ gap2: gap(at + 1, at + 3) }));
  yield by("range14[2]", later({ gap2: [0, negative(-3)] }));
  // A variable is read as the kernel leaves it afterwards: gasLeft has no opcode, so it is the timestamp that is written.
  const read = visited([TIMESTAMP, STOP], { after: [...push(77), 0xa1, placeOfVariable("timestamp").index] });
  const { space, index } = placeOfVariable("timestamp");
  const write = read.processor.findIndex(
    ({ writesA, accessed, address }) => writesA === 1 && accessed === space && address === index,
  );
  const { clock, d: held } = read.processor[write]!;
  const now = read.user[0]!.start;
  const ahead = (change: Partial<UserCells>): RunCells => {
    const seen = userChanged(read, { 0: { d: word({ 0: 77 }), ...change } });
    const written = changed(seen, { [write]: { d: held, gapM: gap(clock, 0) } });
    return withPlace(written, space, index, { time: now + 1 });
  };
  yield by("range16[6]", ahead({ gap3: gap(now + 1, clock) }));
  yield by("range14[3]", ahead({ gap3: [0, negative(now - clock)] }));
}

/** Runs of the kernel in which user mode begins with other words of the frame than it has, or leaves others. */
export function* visitForgeries(): Generator<Forgery> {
  const visits = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `visits: ${refusedBy}`, cells });
  // Afterwards the kernel writes another position and gas, which the code begins with.
  const code = [PUSH0, PUSH0, STOP];
  const skipping = visited(code, { after: [...push(position(0, 1, 3)), ...setField("position")] });
  const frame = FRAME_PLACES * USER_FRAME;
  const written = (run: RunCells, index: number): { readonly row: number; readonly clock: number; readonly early: number } => {
    const rows = run.processor.flatMap((each, i) =>
      each.writesA === 1 && each.accessed === FIELD_SPACE && each.address === index ? [i] : [],
    );
    return { row: rows[1]!, clock: run.processor[rows[1]!]!.clock, early: run.processor[rows[0]!]!.clock };
  };
  const fields = { position: frame + fieldIndex("position"), gas: frame + GAS_FIELD };
  const [, second, last] = skipping.user as [UserCells, UserCells, UserCells];
  const late = written(skipping, fields.position);
  const began = (change: (start: number, clock: number) => readonly number[]): RunCells => {
    const { start } = second;
    const paid = { gas: 1000, rest: number30(998), budget: skipping.user[0]!.budget };
    const rows = [
      { ...second, ...paid, follows: 0, begins: 1, clock: start + 1, height: 0, gap1: gap(start + 1, 0) },
      { ...last, clock: start + 2, height: 1, gas: 998, rest: number30(998) },
    ];
    const only = withPlaces(skipping, (places) =>
      places.filter(({ space, index }) => space !== USER_STACK_SPACE || index === STACK),
    );
    const clock = late.clock - 1;
    const told = withUser(
      only,
      rows,
      { opcode: STOP, gas: 998, height: 1, place: 3 },
      { placeBefore: 1, positionGap: change(start, clock) },
    );
    const held = told.processor[late.row]!;
    const first = limbsOf(position(0, 0, 3));
    return changed({ ...told }, { [late.row]: { ...held, d: first, gapM: gap(held.clock, late.early) } });
  };
  yield visits(
    "range16[0]",
    began((start, clock) => gap(start, clock)),
  );
  yield visits(
    "range14[0]",
    began((start, clock) => [0, negative(start - clock - 1)]),
  );
  const richer = visited([PUSH0, STOP], { after: [...push(5000), SET_GAS] });
  const more = written(richer, fields.gas);
  const enriched = (change: (start: number, clock: number) => readonly number[]): RunCells => {
    const { start } = richer.user[0]!;
    const rows = { 0: { gas: 5000, rest: number30(4998) }, 1: { gas: 4998, rest: number30(4998) } };
    const visit = { gasBefore: number30(5000), gasGap: change(start, more.clock) };
    const told = userChanged(richer, rows, endOf(richer, { gas: 4998 }), visit);
    return changed(told, { [more.row]: { d: limbsOf(1000n), gapM: gap(more.clock, more.early) } });
  };
  yield visits(
    "range16[1]",
    enriched((start, clock) => gap(start, clock)),
  );
  yield visits(
    "range14[1]",
    enriched((start, clock) => [0, negative(start - clock - 1)]),
  );
  // So much gas that what is left seems to be missing.
  const vast = visited([JUMPDEST, STOP], { gas: 2 ** 30 - 1 });
  const deficit = P - 2 ** 30 + 1;
  const lacking = { ...vast.user[0]!, ends: 1, fails: 1, lacksGas: 1, rest: number30(deficit) };
  yield visits("range14[4]", withUser(vast, [lacking], { opcode: HALT, gas: 2 ** 30 - 1, height: 0, place: 0 }));
  // Gas that is put down with limbs out of range.
  const gasRun = visited([STOP], { gas: 2 ** 17 + 5 });
  const limbs = (low: number, high: number): RunCells => {
    const held = word({ 0: low, 1: high });
    const told = userChanged(gasRun, {}, endOf(gasRun), { gasAfter: [low, high] });
    const read = told.processor.findIndex(({ runsUser }) => runsUser === 1) + 2;
    const seen = changed(told, { [read]: { d: held }, [read + 1]: { a: held } });
    const { space, index } = placeOfVariable("gasLeft");
    return withPlace(withPlace(seen, space, index, { last: held }), FIELD_SPACE, fields.gas, { last: held });
  };
  yield visits("range16[4]", limbs(2 ** 16 + 5, 1));
  yield visits("range14[6]", limbs(4, mul(2 ** 17 + 1, inv(2 ** 16))));
  yield* wordsForgeries();
  yield* visitBudgetForgeries();
}

/** Another budget than the kernel's variable, or one that is spent although the code continues. */
function* visitBudgetForgeries(): Generator<Forgery> {
  const visits = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `visits: ${refusedBy}`, cells });
  const { space, index } = placeOfVariable("nativeLeft");
  // The kernel writes 5000 afterwards, which the code begins with.
  const code = [PUSH0, POP, STOP];
  const run = visited(code, { after: [...push(5000), 0xa1, index] });
  const [first = 0, late = 0] = run.processor.flatMap(({ writesA, accessed, address }, i) =>
    writesA === 1 && accessed === space && address === index ? [i] : [],
  );
  const [before, after] = [run.processor[first]!.clock, run.processor[late]!.clock];
  const { time, elapsed } = run.visits[0]!;
  const richer = (budgetGap: readonly number[]): RunCells => {
    const told = userChanged(run, { 0: { budget: 5000 } }, undefined, { budgetBefore: number30(5000), budgetGap });
    const written = changed(told, { [late]: { d: limbsOf(1_000_000n), gapM: gap(after, before) } });
    return withPlace(written, space, index, { last: word({ ...told.visits[0]!.budgetAfter }), time: time + elapsed });
  };
  yield visits("range16[3]", richer(gap(time, after)));
  yield visits("range14[3]", richer([0, negative(time - after - 1)]));
  // The product weighs 7, and 2 are left: it is computed all the same.
  const product = [push(5), push(7), MUL, STOP];
  const poor = visited(product, { budget: 8 });
  const rich = visited(product);
  const on = (budgetAfter: readonly number[]): RunCells => {
    const rows = rich.user.map((row, i) => (i === 0 ? { ...row, budget: 8 } : row));
    const went = withUser(
      { ...poor, code: rich.code, codeWords: rich.codeWords },
      rows,
      { opcode: STOP, gas: 989, height: 1, place: 6 },
      { spent: 0 },
    );
    return budgetPut({ ...went, visits: went.visits.map((row) => ({ ...row, budgetAfter })) });
  };
  yield visits("range16[7]", on([-5, 0]));
  yield visits("range14[7]", on([0, negative(-5)]));
  // A budget of p + 8 is taken for 8, and is said to be spent.
  const vast = visited(product, { budget: P + 8 });
  const [one, two, three] = vast.user as [UserCells, UserCells, UserCells];
  const unread = { access1: 0, access2: 0, writes2C: 0 };
  const spent = { ...three, ...unread, ends: 1, fails: 1, spent: 1 };
  const end = { opcode: 0x0c, gas: three.gas, height: 2, place: 4 };
  yield visits("range14[5]", withUser(vast, [{ ...one, budget: 8 }, two, spent], end, { spent: 1 }));
}

/** Other words of memory than the frame has paid for. */
function* wordsForgeries(): Generator<Forgery> {
  const visits = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `visits: ${refusedBy}`, cells });
  const field = FRAME_PLACES * USER_FRAME + fieldIndex("memoryWords");
  const paying = (words: number): number[] => [...push(words), ...setField("memoryWords")];
  // The kernel writes 7 afterwards, of which MSIZE tells.
  const run = visited([MSIZE, STOP], { after: paying(7) });
  const write = run.processor.findIndex(
    ({ writesA, accessed, address }) => writesA * accessed === FIELD_SPACE && address === field,
  );
  const { clock } = run.processor[write]!;
  const { start } = run.user[0]!;
  const size = word({ 0: 224 });
  const early = (wordsGap: readonly number[]): RunCells => {
    const words = { words: 7, wordsAfter: 7 };
    const userBytes = run.userBytes.map((row) => ({ ...row, before: 7, after: 7, c: size, shown: [224, 0] }));
    const visit = { wordsBefore: [7, 0], wordsAfter: [7, 0], wordsGap };
    const told = userChanged({ ...run, userBytes }, { 0: { ...words, c: size }, 1: words }, undefined, visit);
    return withPlace(changed(told, { [write]: { d: word({}), gapM: gap(clock, 0) } }), FIELD_SPACE, field, { time: start + 2 });
  };
  yield visits("range16[2]", early(gap(start, clock)));
  yield visits("range14[2]", early([0, negative(start - clock - 1)]));
  // p words equal 0.
  const left = (words: number, limbs: readonly number[]): RunCells => {
    const paid = visited([JUMPDEST, STOP], { before: paying(words) });
    const visit = { wordsAfter: limbs };
    return withPlace(userChanged(paid, {}, undefined, visit), FIELD_SPACE, field, { last: word({ ...limbs }) });
  };
  yield visits("bytes[0]", left(P, [0, 0]));
  yield visits("bytes[1]", left(5, [6, negative(-1)]));
  yield visits("range16[6]", left(2 ** 16 + 5, [2 ** 16 + 5, 0]));
}
