import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cellsOf, refusalsOf } from "./support/judge.ts";
import { BUDGET_SPENT, HALT, type UserCells } from "../../src/proofs/circuits/user/user-air.ts";
import { Random } from "../chain/state/support/random.ts";
import { budgetPut, userChanged, visited, withUser } from "./support/forged-visit.ts";
import { word } from "./support/forgeries.ts";
import { freeCells } from "./support/mutations.ts";
import { interpret, programOf, push } from "./support/programs.ts";
import { position, type UserStart, userCode } from "./support/user-run.ts";

const EXP = 0x0a;
const [STOP, ADD, MUL, ADDMOD, POP, PC, GAS, JUMP, JUMPI, JUMPDEST] = [0, 1, 2, 8, 0x50, 0x58, 0x5a, 0x56, 0x57, 0x5b];
const [ISZERO, EQ, NOT, CLZ, ADDRESS, CODESIZE, CHAINID, GASLIMIT, TIMESTAMP] = [
  0x15, 0x14, 0x19, 0x1e, 0x30, 0x38, 0x46, 0x45, 0x42,
];
const [CALLDATASIZE, BLOBBASEFEE, BLOBHASH, SLOAD, INVALID, PUSH0] = [0x36, 0x4a, 0x49, 0x54, 0xfe, 0x5f];
const dup = (depth: number): number => 0x7f + depth;
const swap = (distance: number): number => 0x8f + distance;
/** A power modulo 2^256, bit by bit. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) result = BigInt.asUintN(256, result * result * (bit === "1" ? base : 1n));
  return result;
}

const MASK = (1n << 256n) - 1n;

type Code = readonly (number | readonly number[])[];

/** Outcome of user mode; all constraints and buses of its run hold. */
function outcome(code: Code, start: UserStart = {}): Outcome {
  const { left: _, ...rest } = weighedOutcome(code, start);
  return rest;
}

interface Outcome {
  readonly opcode: number;
  readonly gas: number;
  readonly position: bigint;
  readonly stack: readonly bigint[];
}

/** Outcome with the rest of the native budget. */
function weighedOutcome(code: Code, start: UserStart): Outcome & { readonly left: number } {
  const program = programOf(userCode(code, start));
  const { trace, machine } = interpret(program);
  assert.deepEqual(refusalsOf(cellsOf(program, trace)), []);
  const { stack } = machine.frame(3);
  const words = Array.from({ length: stack.height }, (_, i) =>
    [...stack.limbs.subarray(16 * i, 16 * i + 16)].reduceRight((sum, limb) => (sum << 16n) + BigInt(limb), 0n),
  );
  return {
    opcode: Number(machine.variable("status")),
    gas: Number(machine.variable("gasLeft")),
    position: machine.variable("mark"),
    stack: words,
    left: Number(machine.variable("nativeLeft")),
  };
}

describe("user mode", () => {
  it("runs until the kernel is needed", () => {
    const code = [push(5), push(7), ADD, push(3), MUL, SLOAD];
    assert.deepEqual(outcome(code), { opcode: SLOAD, gas: 983, position: position(1, 9, 9), stack: [36n] });
  });

  it("moves words, tests them, computes, and reads what is around the code", () => {
    const code = [
      ...[push(5), push(7), dup(2), swap(2), push(9), ADDMOD, ISZERO, PUSH0, EQ, NOT, CLZ, POP],
      ...[PC, GAS, CODESIZE, CALLDATASIZE, BLOBBASEFEE, push(1), BLOBHASH, CHAINID, ADDRESS, GASLIMIT, STOP],
    ];
    // 9 + 5 modulo 7 is 0, which is not 0: false; its complement has no leading zeros. GAS tells what is left behind itself.
    const { stack, opcode } = outcome(code, { stack: [11n] });
    const spent = 3 + 3 + 3 + 3 + 3 + 8 + 3 + 2 + 3 + 3 + 5 + 2 + 2 + 2;
    assert.equal(opcode, STOP);
    assert.deepEqual(stack, [11n, 5n, 15n, BigInt(1000 - spent), 27n, 0n, 1n, 0n, 1n, 0n, 30_000_000n]);
  });

  it("jumps to what may be jumped to, if the condition says so", () => {
    const code = [
      push(1),
      push(8),
      JUMPI,
      0xfe,
      0xfe,
      0xfe,
      JUMPDEST,
      push(0),
      push(3),
      JUMPI,
      push(18),
      JUMP,
      0xfe,
      JUMPDEST,
      STOP,
    ];
    const { opcode, gas } = outcome(code);
    assert.deepEqual([opcode, gas], [STOP, 1000 - (6 + 10 + 1 + 6 + 10 + 3 + 8 + 1)]);
  });

  it("pushes operands that the code's end cuts off, and stops behind the end", () => {
    assert.deepEqual(outcome([push(0x1234).slice(0, 2)]).stack, [0x1200n]);
    assert.deepEqual(outcome([[0x7f, 1]]), { opcode: STOP, gas: 997, position: position(1, 34, 2), stack: [1n << 248n] });
    assert.deepEqual(outcome([PUSH0]), { opcode: STOP, gas: 998, position: position(1, 2, 1), stack: [0n] });
  });

  it("raises to powers, which cost 50 for each byte of the exponent", () => {
    for (const [exponent, bytes] of [
      [0n, 0],
      [1n, 1],
      [255n, 1],
      [256n, 2],
      [300n, 2],
      [(1n << 64n) - 1n, 8],
      [1n << 255n, 32],
    ] as const) {
      const { opcode, gas, stack } = outcome([EXP, STOP], { stack: [exponent, 3n], gas: 2000 });
      assert.deepEqual([opcode, gas, stack], [STOP, 2000 - 10 - 50 * bytes, [power(3n, exponent)]]);
    }
  });

  it("continues at its last instruction, with its words", () => {
    const code = [push(7), push(6), MUL, ADD, TIMESTAMP, STOP];
    const { opcode, stack } = outcome(code, { stack: [MASK, 9n, 8n], place: 4 });
    assert.equal(opcode, STOP);
    assert.deepEqual(stack.slice(0, 1), [MASK + 72n - (MASK + 1n)]);
  });

  describe("takes what runs from the native budget, as docs/protocol.md says", () => {
    const [KECCAK256, CALLDATACOPY, MSTORE, MCOPY] = [0x20, 0x37, 0x52, 0x5e];
    const budget = 10_000;
    /** Weights by hand from docs/native.md: pushes weigh 3, the kernel weighs the opcodes that it serves. */
    const weighs = (code: Code, units: number, gas = 5000): void => {
      assert.equal(weighedOutcome([...code, STOP], { budget, gas }).left, budget - units);
      // With one unit less the last opcode does not run.
      const { opcode, stack } = weighedOutcome([...code, STOP], { budget: units - 1, gas });
      assert.deepEqual([opcode, stack.length > 0], [BUDGET_SPENT, code.length > 1]);
      assert.equal(weighedOutcome([...code, STOP], { budget: units, gas }).opcode, STOP);
    };
    it("a sum", () => weighs([push(5), push(7), ADD], 3 + 3 + 4));
    it("a push of 5 bytes", () => weighs([push(2 ** 32)], 3));
    it("a power, for each byte of its exponent", () => weighs([push(300), push(3), EXP], 3 + 3 + 5 + 2 * 45));
    it("a hash, for the blocks that it fills and one more", () => {
      for (const [length, blocks] of [
        [0, 1],
        [135, 1],
        [136, 2],
        [272, 3],
      ] as const) {
        weighs([push(length), push(0), KECCAK256], 3 + 3 + 7 + 611 * blocks);
      }
    });
    it("copies, for each word", () => {
      weighs([push(33), push(0), push(0), CALLDATACOPY], 9 + 6 + 8 * 2);
      weighs([push(64), push(7), push(0), MCOPY], 9 + 6 + 8 * 2);
      weighs([push(0), push(0), push(0), MCOPY], 9 + 6);
    });
    it("a word that is stored", () => weighs([push(1), push(0), MSTORE], 6 + 10));
    it("nothing of what does not run for another reason, of what the kernel serves, and of a code's end", () => {
      const left = (code: Code, gas: number): number => weighedOutcome(code, { budget, gas }).left;
      assert.equal(left([push(1), ADD], 100), budget - 3);
      assert.equal(left([push(1), push(1), ADD], 8), budget - 6);
      assert.equal(left([push(300), push(3), EXP], 100), budget - 6);
      assert.equal(left([push(300), push(0), KECCAK256], 6 + 30), budget - 6);
      assert.equal(left([push(1), SLOAD], 100), budget - 3);
      assert.equal(left([INVALID], 100), budget);
      assert.equal(left([], 100), budget);
    });
    it("in which a failing opcode is not taken for one that spends it", () => {
      const end = (code: Code, gas: number): number => weighedOutcome(code, { budget: 6, gas }).opcode;
      assert.equal(end([push(1), ADD], 100), HALT);
      assert.equal(end([push(300), push(3), EXP], 100), HALT);
      assert.equal(end([push(300), push(0), KECCAK256], 6 + 30), HALT);
    });
  });

  describe("halts, and leaves the frame unchanged", () => {
    const halted = (code: Code, start: UserStart, gas: number, height: number, place: number, length: number): void => {
      const { opcode, gas: left, position: at } = outcome(code, start);
      assert.deepEqual([opcode, left, at], [HALT, gas, position(height, place, length)]);
    };
    it("at an undefined instruction", () => halted([PUSH0, INVALID], {}, 998, 1, 1, 2));
    it("without the words that it needs", () => halted([push(1), ADD], {}, 997, 1, 2, 3));
    it("without the words that the kernel would need", () => halted([push(1), 0x55], {}, 997, 1, 2, 3));
    it("with a stack of 1,024 words that would grow", () => halted([dup(1)], { height: 1024 }, 1000, 1024, 0, 1));
    it("without the gas", () => halted([PUSH0, PUSH0, ADD], { gas: 6 }, 2, 2, 2, 3));
    it("without the gas for a power", () => halted([PUSH0, PUSH0, EXP], { gas: 13 }, 9, 2, 2, 3));
    it("without the gas for its exponent", () => halted([push(300), push(3), EXP], { gas: 115 }, 109, 2, 5, 6));
    it("at a power of one word", () => halted([push(300), EXP], {}, 997, 1, 3, 4));
    it("without any gas", () => halted([JUMPDEST], { gas: 0 }, 0, 0, 0, 1));
    it("at a jump into an operand", () => halted([push(1), JUMP, [0x60, JUMPDEST]], {}, 997, 1, 2, 5));
    it("at a jump to another instruction", () => halted([push(1), push(3), JUMPI, STOP], {}, 994, 2, 4, 6));
    it("at a jump behind the code", () => halted([push(3), JUMP], {}, 997, 1, 2, 3));
    it("at a jump to 2^16 and farther", () => halted([push(1n << 200n), JUMP, JUMPDEST], {}, 997, 1, 27, 29));
  });
});

describe("a false run of user code is refused", () => {
  const end = { opcode: STOP, gas: 989, height: 0, place: 0 };
  const refused = (cells: ReturnType<typeof visited>): void => assert.notDeepEqual(refusalsOf(cells), []);

  it("that jumps into a push's operand", () => {
    const run = visited([push(4), JUMP, [0x60, JUMPDEST], STOP]);
    const [first, jump] = run.user as [UserCells, UserCells];
    const landed = {
      ...first,
      byte: JUMPDEST,
      cost: 1,
      weight: 3,
      growth: 0,
      size: 0,
      takes1: 0,
      puts1C: 0,
      writes1C: 0,
      isPush: 0,
      access1: 0,
    };
    const row = { ...landed, begins: 0, follows: 1, clock: jump.clock + 1, place: 4, isTarget: 1, height: 0, gas: 989 };
    const stop = {
      ...row,
      byte: STOP,
      cost: 0,
      weight: 0,
      traps: 1,
      isTarget: 0,
      clock: jump.clock + 2,
      place: 5,
      gas: 988,
      ends: 1,
    };
    const rows = [first, { ...jump, ends: 0, jumpsWrong: 0 }, { ...row, rest: [988, 0] }, { ...stop, rest: [988, 0] }];
    assert.deepEqual(refusalsOf(withUser(run, rows, { ...end, gas: 988, place: 6 })), ["code"]);
  });

  it("with another operand, a word changed, or two words exchanged", () => {
    refused(userChanged(visited([push(5), STOP]), { 0: { c: word({ 0: 6 }) } }));
    refused(userChanged(visited([dup(1), STOP], { stack: [9n] }), { 0: { a: word({ 0: 8 }) } }));
    const run = visited([swap(1), POP, STOP], { stack: [1n, 2n] });
    refused(userChanged(run, { 0: { a: word({ 0: 1 }), b: word({ 0: 2 }) } }));
  });

  it("with another gas limit of the block", () => {
    const run = visited([GASLIMIT, STOP]);
    assert.deepEqual(refusalsOf(userChanged(run, { 0: { d: word({ 0: 5 }) } })), ["memory"]);
  });

  it("with gas that is off by one", () => {
    const run = visited([push(5), STOP]);
    refused(userChanged(run, { 1: { gas: 998, rest: [998, 0] } }, { ...end, gas: 998, height: 1, place: 3 }));
    refused(
      userChanged(run, { 0: { rest: [996, 0] }, 1: { gas: 996, rest: [996, 0] } }, { ...end, gas: 996, height: 1, place: 3 }),
    );
  });

  it("that pays less for a power, or is said to lack the gas for it", () => {
    const run = visited([push(300), push(3), EXP, STOP]);
    const [first, second, row] = run.user as [UserCells, UserCells, UserCells];
    const paid = { 2: { exponentBytes: 1, rest: [934, 0] }, 3: { gas: 934, rest: [934, 0] } };
    refused(userChanged(run, paid, { ...end, gas: 934, height: 1, place: 7 }));
    // Of 994, 10 + 32 · 50 are said to be asked.
    const halts = { ends: 1, fails: 1, lacksGas: 1, writes2C: 0, exponentBytes: 32, rest: [615, 0] };
    const halted = { opcode: HALT, gas: 994, height: 2, place: 5 };
    for (const leadingZeros of [0, row.leadingZeros]) {
      refused(withUser(run, [first, second, { ...row, ...halts, leadingZeros }], halted));
    }
    // The stack's words are not looked at.
    const unseen = { access1: 0, access2: 0, leadingZeros: 0, b: word({}) };
    refused(withUser(run, [first, second, { ...row, ...halts, ...unseen }], halted));
  });

  it("that is said to have spent the budget, or to have more of it than is left", () => {
    const run = visited([push(5), push(7), ADD, STOP]);
    const [first, second, third] = run.user as [UserCells, UserCells, UserCells];
    const unread = { access1: 0, access2: 0, writes2C: 0 };
    const spent = { ...third, ...unread, ends: 1, fails: 1, spent: 1 };
    refused(withUser(run, [first, second, spent], { opcode: BUDGET_SPENT, gas: 994, height: 2, place: 4 }, { spent: 1 }));
    refused(withUser(run, [first, second, spent], { opcode: HALT, gas: 994, height: 2, place: 4 }, { spent: 1 }));
    const visits = run.visits.map((row) => ({ ...row, budgetAfter: row.budgetBefore }));
    refused(budgetPut({ ...run, visits }));
    refused(withUser(run, [{ ...first, budget: first.budget + 9 }, second, third, run.user[3]!]));
    // Of two that do not run for want of words or gas the budget would not be needed.
    for (const [code, gas] of [
      [[ADD], 100],
      [[PUSH0, PUSH0, ADD], 5],
    ] as const) {
      const halted = visited(code, { gas });
      const last = halted.user.length - 1;
      const { height, place, gas: left } = halted.user[last]!;
      const claimed = { ...halted.user[last]!, underflows: 0, lacksGas: 0, spent: 1 };
      const end = { opcode: BUDGET_SPENT, gas: left, height, place };
      refused(withUser(halted, [...halted.user.slice(0, last), claimed], end, { spent: 1 }));
    }
  });

  it("with the code of another account", () => {
    const run = visited([push(5), STOP]);
    refused(userChanged(run, { 0: { codeFrame: 9 }, 1: { codeFrame: 9 } }, undefined, { codeFrame: 9 }));
  });

  it("that ends early, or does not end", () => {
    const run = visited([push(5), push(6), STOP]);
    const early = run.user.slice(0, 2).map((row, i) => ({ ...row, ends: i }));
    refused(withUser(run, early, { opcode: STOP, gas: 997, height: 1, place: 3 }));
    const trap = visited([STOP, PUSH0, STOP]);
    const [first] = trap.user as [UserCells];
    const more = visited([PUSH0, PUSH0, STOP]).user.slice(1);
    const rows = [{ ...first, ends: 0 }, ...more.map((row) => ({ ...row, height: row.height - 1 }))];
    refused(withUser(trap, rows, { opcode: STOP, gas: 998, height: 1, place: 3 }));
  });

  it("with any cell changed, except for those that its opcode does not use", () => {
    const code = [
      push(5),
      dup(1),
      ADD,
      ISZERO,
      push(12),
      JUMPI,
      TIMESTAMP,
      push(3),
      push(7),
      dup(3),
      ADDMOD,
      push(300),
      push(3),
      EXP,
    ];
    const run = visited([...code, JUMPDEST, push(1), push(29), JUMPI, 0xfe, 0xfe, JUMPDEST, GAS, NOT, push(1), EQ, 0x54]);
    assert.deepEqual(refusalsOf(run), []);
    // All of it runs: else later opcodes would have no cells to change.
    assert.ok(run.user.some(({ byte }) => byte === 0x54));
    const isFree = (field: string, i: UserCells): boolean => {
      switch (field) {
        case "a":
          return i.access1 === 0 && i.computes === 0;
        case "b":
          return i.access2 === 0 && i.computes === 0;
        case "c":
          if (i.fails === 1) return true;
          return i.puts1C + i.puts2C + i.computes + i.isNumber + i.isZero + i.isEqual + i.isNot === 0;
        case "d":
          // Where two words are compared, limbs in which they agree.
          return i.access3 + i.computes * (1 - i.fails) === 0;
        case "zero":
          return i.isZero + i.isEqual + i.jumpsIf === 0;
        case "inverse":
          return i.isZero + i.jumpsIf === 0 || i.zero === 1;
        case "leadingZeros":
          return i.isPower * i.access2 === 0;
        case "gap1":
          return i.access1 === 0;
        case "gap2":
          return i.access2 === 0;
        case "gap3":
          return i.access3 === 0;
        default:
          return false;
      }
    };
    const rows = run.user.map((_, row) => row);
    for (const { field, row } of freeCells("user", run, rows, new Random(4))) {
      assert.ok(isFree(field, run.user[row]!), `${field} at row ${row}`);
    }
    for (const code of [
      [push(300), push(3), EXP],
      [push(9), push(0), 0x20],
    ]) {
      const spent = visited(code, { budget: 130 });
      assert.deepEqual(refusalsOf(spent), []);
      for (const { field } of freeCells("user", spent, [2], new Random(8))) assert.ok(isFree(field, spent.user[2]!), field);
      assert.deepEqual(freeCells("visits", spent, [0], new Random(9)), []);
    }
    const poor = visited([push(300), push(3), EXP], { gas: 115 });
    for (const { field } of freeCells("user", poor, [2], new Random(6))) assert.ok(isFree(field, poor.user[2]!), field);
    assert.deepEqual(freeCells("visits", run, [0], new Random(5)), []);
  });
});
