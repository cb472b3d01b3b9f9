import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { BUDGET_SPENT, HALT } from "../../src/proofs/circuits/user/user-air.ts";
import type { UserBytesCells } from "../../src/proofs/circuits/user-bytes/user-bytes-air.ts";
import { USER_WEIGHTS } from "../../src/ground/protocol/native-budget.ts";
import { Random } from "../chain/state/support/random.ts";
import { honest } from "./support/forgeries.ts";
import { cellsOf, refusalsOf, type RunCells } from "./support/judge.ts";
import { freeCells } from "./support/mutations.ts";
import { interpret, MSTORE as KERNEL_STORE, programOf, push, setField } from "./support/programs.ts";
import { position, USER_FRAME, type UserStart, userCode } from "./support/user-run.ts";

const [STOP, KECCAK256, CALLDATALOAD, CALLDATACOPY, CODECOPY, RETURNDATACOPY] = [0, 0x20, 0x35, 0x37, 0x39, 0x3e];
const [MLOAD, MSTORE, MSTORE8, MSIZE, MCOPY, POP] = [0x51, 0x52, 0x53, 0x59, 0x5e, 0x50];
const DATA_FRAME = 6;
const LARGEST = (1n << 256n) - 1n;

type Code = readonly (number | readonly number[])[];

/** The word of 32 bytes that begins with 0x01020304…, from a number on. */
const bytesFrom = (first: number, count = 32): number[] => Array.from({ length: count }, (_, i) => (first + i) % 256);
const numberOf = (bytes: ArrayLike<number>): bigint => Array.from(bytes).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** A memory of a frame that holds 1, 2, 3, …, in which a slice begins. */
function data(field: "input" | "returned", offset: number, length: number): number[] {
  const words = [0, 32, 64].flatMap((at) => [
    ...push(numberOf(bytesFrom(at + 1))),
    ...[...push((BigInt(DATA_FRAME) << 32n) + BigInt(at)), KERNEL_STORE],
  ]);
  const slice = (BigInt(DATA_FRAME) << 64n) + (BigInt(offset) << 32n) + BigInt(length);
  return [...words, ...push(slice), ...setField(field)];
}

/** Outcome of user mode; all constraints and buses of its run hold. */
function outcome(code: Code, start: UserStart = {}) {
  const program = programOf(userCode(code, start));
  const { trace, machine } = interpret(program);
  assert.deepEqual(refusalsOf(cellsOf(program, trace)), []);
  const frame = machine.frame(USER_FRAME);
  const words = Array.from({ length: frame.stack.height }, (_, i) =>
    [...frame.stack.limbs.subarray(16 * i, 16 * i + 16)].reduceRight((sum, limb) => (sum << 16n) + BigInt(limb), 0n),
  );
  return {
    opcode: Number(machine.variable("status")),
    gas: Number(machine.variable("gasLeft")),
    position: machine.variable("mark"),
    stack: words,
    memory: (from: number, count: number) => [...frame.memory.view(from, count)],
    words: frame.memoryWords,
  };
}

/** An opcode with its operands, the first of them on top. */
const call = (opcode: number, ...operands: readonly (bigint | number)[]): Code => [...operands.toReversed().map(push), opcode];

describe("user code that touches bytes", () => {
  it("stores and loads words and bytes, aligned or not, and pays for the memory that it first needs", () => {
    const code = [...call(MSTORE, 64, 5), ...call(MSTORE, 3, numberOf(bytesFrom(1))), ...call(MSTORE8, 100, 0x1234)];
    const end = [...call(MLOAD, 64), ...call(MLOAD, 3), ...call(MLOAD, 69), MSIZE, STOP];
    const { stack, gas, words, memory } = outcome([...code, ...end]);
    // Four words: 3 to store at 64, one more for the byte at 100.
    assert.deepEqual(stack, [5n, numberOf(bytesFrom(1)), (5n << 40n) + 0x34n, 128n]);
    assert.deepEqual(memory(0, 40), [0, 0, 0, ...bytesFrom(1), 0, 0, 0, 0, 0]);
    assert.deepEqual([gas, words], [1000 - 9 * 3 - 6 * 3 - 12 - 2, 4]);
  });

  it("pays for growth by the square", () => {
    // 1,000 words: 3,000 and 1,000,000 / 512 = 1,953; 1,001: 3,003 and 1,957.
    const code = [...call(MLOAD, 31_968), POP, ...call(MLOAD, 31_969), STOP];
    const { gas, words } = outcome(code, { gas: 5000 });
    assert.deepEqual([gas, words], [5000 - 6 - 2 - 6 - 3003 - 1957, 1001]);
  });

  it("hashes what the memory holds", () => {
    const code = [...call(MSTORE, 5, numberOf(bytesFrom(1))), ...call(KECCAK256, 4, 34), ...call(KECCAK256, LARGEST, 0), STOP];
    const { stack, gas } = outcome(code);
    const input = Uint8Array.from([0, ...bytesFrom(1), 0]);
    assert.deepEqual(stack, [numberOf(keccak_256(input)), numberOf(keccak_256(new Uint8Array(0)))]);
    assert.equal(gas, 1000 - 9 - 6 - 6 - 30 - 12 - 6 - 30);
  });

  it("loads call data, with zeros behind its end", () => {
    const code = [0, 5, 39, 70, 71, 72, LARGEST].flatMap((from) => call(CALLDATALOAD, from));
    const { stack } = outcome([...code, STOP], { before: data("input", 7, 71) });
    const read = (from: number): bigint => numberOf(bytesFrom(8 + from, 32).map((byte, i) => (from + i < 71 ? byte : 0)));
    assert.deepEqual(stack, [read(0), read(5), read(39), read(70), 0n, 0n, 0n]);
  });

  it("copies call data, code and what a call returned, with zeros behind their ends", () => {
    const before = [...data("input", 3, 50), ...data("returned", 1, 9)];
    const fill = [0, 32, 64].flatMap((at) => call(MSTORE, at, LARGEST));
    const copies = [...call(CALLDATACOPY, 2, 40, 20), ...call(RETURNDATACOPY, 33, 4, 5), ...call(CALLDATACOPY, 60, LARGEST, 6)];
    const code = [...fill, ...copies, ...call(CODECOPY, 70, 1, 3), ...call(CODECOPY, 80, 60_000, 2), STOP];
    const { memory, gas } = outcome(code, { before });
    const expected = bytesFrom(0, 96).map(() => 255);
    const put = (at: number, bytes: readonly number[]): void => void expected.splice(at, bytes.length, ...bytes);
    put(2, [...bytesFrom(44, 10), ...new Array<number>(10).fill(0)]);
    put(33, bytesFrom(6, 5));
    put(60, [0, 0, 0, 0, 0, 0]);
    put(70, [255, 255, 255]);
    put(80, [0, 0]);
    assert.deepEqual(memory(0, 96), expected);
    assert.equal(gas, 1000 - 3 * 9 - 9 - 5 * (9 + 3 + 3));
  });

  it("copies within a memory, also where both parts overlap", () => {
    const stores = [...call(MSTORE, 0, numberOf(bytesFrom(1))), ...call(MSTORE, 32, numberOf(bytesFrom(33)))];
    const code = [...stores, ...call(MCOPY, 5, 1, 40), ...call(MCOPY, 3, 9, 50), ...call(MCOPY, 100, 0, 1), STOP];
    const { memory, words } = outcome(code);
    const expected = [...bytesFrom(1, 64), ...new Array<number>(64).fill(0)];
    expected.copyWithin(5, 1, 41);
    expected.copyWithin(3, 9, 59);
    expected.copyWithin(100, 0, 1);
    assert.deepEqual([memory(0, 128), words], [expected, 4]);
  });

  it("touches nothing without bytes, wherever they were", () => {
    const before = data("returned", 0, 4);
    const code = [
      ...[...call(MCOPY, LARGEST, LARGEST, 0), ...call(CODECOPY, LARGEST, LARGEST, 0), ...call(RETURNDATACOPY, LARGEST, 4, 0)],
      ...[MSIZE, STOP],
    ];
    const { stack, gas } = outcome(code, { before });
    assert.deepEqual([stack, gas], [[0n], 1000 - 3 * (9 + 3) - 2]);
  });

  it("is entered and left with the memory that was paid for", () => {
    const before = [...push(7), ...setField("memoryWords")];
    assert.deepEqual(outcome([MSIZE, ...call(MLOAD, 200), STOP], { before }).stack, [224n, 0n]);
    assert.equal(outcome([...call(MLOAD, 200), STOP], { before }).gas, 1000 - 6 - 3);
  });

  describe("halts, and leaves the frame unchanged", () => {
    const halted = (code: Code, start: UserStart = {}): void => {
      const program = code.flat();
      const { opcode, gas, position: at, words } = outcome(code, start);
      const pushes = code.filter((part) => typeof part !== "number");
      const left = (start.gas ?? 1000) - 3 * pushes.length;
      assert.deepEqual([opcode, gas, words], [HALT, left, 0]);
      assert.equal(at, position(pushes.length, program.length - 1, program.length));
    };
    const [FAR, MORE] = [2 ** 25, 2 ** 24];
    for (const [name, opcode] of Object.entries({ MLOAD, MSTORE, MSTORE8 })) {
      const rest = opcode === MLOAD ? [] : [1];
      it(`at ${name} where no gas reaches`, () => {
        for (const offset of [FAR, MORE, MORE - 32, LARGEST, 1n << 24n, 1n << 48n, 2 ** 31 - 2 ** 24 + 1]) {
          halted(call(opcode, offset, ...rest));
        }
      });
      it(`at ${name} without the gas, for the opcode or for memory`, () => {
        halted(call(opcode, 0, ...rest), { gas: 3 * rest.length + 3 + 2 });
        halted(call(opcode, 0, ...rest), { gas: 3 * rest.length + 3 + 5 });
        halted(call(opcode, 20_000, ...rest));
      });
    }
    it("at a hash that is too long, too far, or both together, or not paid for", () => {
      for (const [offset, length] of [
        [0, LARGEST],
        [LARGEST, 1],
        [MORE - 64, 40],
        [0, MORE],
        [0, 33],
      ] as const) {
        halted(call(KECCAK256, offset, length), { gas: 6 + 30 + 12 + 5 });
      }
    });
    it("at copies to where no gas reaches, or that are not paid for", () => {
      const before = data("returned", 0, 90);
      for (const opcode of [CALLDATACOPY, CODECOPY, RETURNDATACOPY, MCOPY]) {
        for (const [to, from, length] of [
          [LARGEST, 0, 1],
          [0, 0, MORE],
          [0, 0, LARGEST],
          [MORE - 10, 0, 9],
          [0, 0, 33],
        ] as const) {
          halted(call(opcode, to, from, length), { gas: 9 + 3 + 6 + 5, before });
        }
      }
      for (const from of [LARGEST, MORE, MORE - 2]) halted(call(MCOPY, 0, from, 1));
    });
    it("at a copy from behind the end of what a call returned", () => {
      const before = data("returned", 1, 9);
      for (const [from, length] of [
        [0, 10],
        [9, 1],
        [10, 0],
        [LARGEST, 0],
        [LARGEST, 1],
        [1n << 24n, 0],
      ] as const) {
        halted(call(RETURNDATACOPY, 0, from, length), { before });
      }
    });
    it("at this copy, although its weight exceeds the rest of the budget, which stops one of existing bytes", () => {
      const before = data("returned", 1, 9);
      const start = { before, budget: 3 * USER_WEIGHTS.instructions[0x60]! };
      halted(call(RETURNDATACOPY, 0, 1, 9), start);
      assert.equal(outcome(call(RETURNDATACOPY, 0, 0, 9), start).opcode, BUDGET_SPENT);
    });
    it("at the size of the memory, without gas for it", () => {
      const { opcode, gas } = outcome([MSIZE], { gas: 1, before: [...push(7), ...setField("memoryWords")] });
      assert.deepEqual([opcode, gas], [HALT, 1]);
    });
  });
});

/** A run with every opcode that touches bytes, and sources that end. */
function everyOpcode(): RunCells {
  const code = [
    ...[
      ...call(MSTORE, 5, numberOf(bytesFrom(1))),
      ...call(MLOAD, 64),
      ...call(MSTORE8, 70, 9),
      ...call(KECCAK256, 4, 34),
      MSIZE,
    ],
    ...[5, 40, 50, LARGEST].flatMap((from) => call(CALLDATALOAD, from)),
    ...[...call(CALLDATACOPY, 2, 40, 20), ...call(CALLDATACOPY, 2, 60, 3), ...call(CODECOPY, 3, 2, 10)],
    ...[...call(RETURNDATACOPY, 33, 4, 5), ...call(MCOPY, 5, 9, 40), ...call(MCOPY, 9, 5, 40), ...call(MLOAD, LARGEST)],
  ];
  const before = [...data("input", 3, 50), ...data("returned", 1, 9)];
  return honest([userCode(code, { before })]);
}

/** Which cells of a row may hold anything, or anything in a range. */
function isFree(field: string, i: UserBytesCells): boolean {
  const far = i.farOffset + i.farSource + i.farLength + i.farSum;
  const isMeasured = 1 - i.empty - (far - i.farSum);
  switch (field) {
    case "inverse":
      return i.large.includes(0);
    case "lengthInverse":
      return i.empty === 1;
    case "needed":
    case "slack":
      return isMeasured === 0;
    case "distance":
      return i.empty + far > 0;
    case "lengthWords":
    case "lengthSlack":
      return far > 0;
    case "blocks":
    case "moreBlocks":
    case "lastBlock":
      return i.hashes === 0 || far > 0;
    case "costBefore":
    case "costAfter":
      return i.grows === 0;
    case "slice":
    case "sliceGap":
      return i.loadsInput + i.copiesInput + i.copiesReturned === 0;
    case "count":
      return i.inside + i.partial + i.behind + i.away + i.copiesWithin === 0;
    case "shown":
      return i.inside + i.partial + i.behind + i.beyondSum + i.copiesWithin + i.tellsSize === 0;
    case "missing":
      return i.partial === 0;
    case "old":
      return i.loads + i.whole + i.loadsInput * i.split === 0;
    case "gap":
      return i.whole === 0;
    case "shifted":
      return i.masks === 0;
    default:
      return false;
  }
}

describe("a false run of opcodes that touch bytes is refused", () => {
  const run = everyOpcode();
  it("with any cell changed, except for those that its opcode does not use", () => {
    assert.deepEqual(refusalsOf(run), []);
    const kinds = new Set(run.userBytes.map((row) => JSON.stringify([row.loads, row.hashes, row.tellsSize])));
    assert.equal(kinds.size, 4);
    const rows = run.userBytes.map((_, row) => row);
    for (const { field, row } of freeCells("userBytes", run, rows, new Random(7))) {
      assert.ok(isFree(field, run.userBytes[row]!), `${field} at row ${row}`);
    }
  });
});
