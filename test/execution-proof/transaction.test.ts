import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, privateToAddress } from "@ethereumjs/util";
import { codeDigestValue } from "../../src/chain/model/code-digests.ts";
import { blockHints, endHints, transactionHints } from "../../src/machine/hints/transaction-hints.ts";
import { kernelRows } from "../../src/machine/interpreter/kernel.ts";
import { LeafKind } from "../../src/protocol/domain-tags.ts";
import { compareEngines, ENVIRONMENT } from "../machine/support/compare.ts";
import { bytesOf, numberOf, rules } from "../machine/support/reference.ts";
import { decodeAll } from "../../src/execution-proof/decode.ts";
import { decodeOpcode } from "../../src/execution-proof/user-decode.ts";
import { P } from "../../src/field/koala-bear.ts";
import { userTransaction } from "../../src/execution-proof/batch/user-transaction.ts";
import { hashOf, type WorldAccount } from "../machine/support/world.ts";
import { cellsOf, type RunCells, refusalsOf } from "./support/judge.ts";
import { BOUNDARY, interpret, provenProgram, push, treeOf } from "./support/programs.ts";

const [ADD, SUB, TIMESTAMP, POP, SLOAD, SSTORE, JUMPI, GAS, JUMPDEST, CALL] = [
  0x01, 0x03, 0x42, 0x50, 0x54, 0x55, 0x57, 0x5a, 0x5b, 0xf1,
];
const [DUP1, SWAP1] = [0x80, 0x90];
const KEY = bytesOf(0x5e0de4n, 32);
const SENDER = numberOf(privateToAddress(KEY));
const [CALLER, CALLEE] = [0xc0de01n, 0xc0de02n];

/** Slot 1 becomes what slot 0 holds and the time, and the callee is called with one wei. */
const CALLER_CODE = Uint8Array.from(
  [push(0), SLOAD, TIMESTAMP, ADD, push(1), SSTORE, [0, 0, 0, 0, 1, CALLEE].map(push), GAS, CALL, POP].flat(2),
);
/** Counts down from 3, and puts 9 into slot 7. */
const CALLEE_CODE = Uint8Array.from(
  [push(3), JUMPDEST, push(1), SWAP1, SUB, DUP1, push(2), JUMPI, push(9), push(7), SSTORE].flat(),
);
const account = (nonce: bigint, balance: bigint, code = new Uint8Array(0), storage: [bigint, bigint][] = []): WorldAccount => ({
  ...{ nonce, balance, code, storage: new Map(storage) },
});
const ACCOUNTS = new Map([
  [SENDER, account(0n, 10n ** 24n)],
  [CALLER, account(1n, 2n, CALLER_CODE, [[0n, 77n]])],
  [CALLEE, account(1n, 0n, CALLEE_CODE)],
]);
const TRANSACTION = createTx(
  {
    ...{ type: 2, chainId: 1n, nonce: 0n, gasLimit: 150_000n, to: createAddressFromBigInt(CALLER), value: 5n },
    ...{ maxFeePerGas: 3n, maxPriorityFeePerGas: 1n, data: Uint8Array.of(1, 0, 3) },
  },
  { common: rules },
).sign(KEY);

const STATE = [...ACCOUNTS].flatMap(([address, { nonce, balance, code, storage }]) => {
  const leaf = (leafKind: LeafKind, value: bigint, slot = 0n) => ({ leafKind, address, slot, value });
  const ofCode = [leaf(LeafKind.codeHash, hashOf(code)), leaf(LeafKind.codeDigest, codeDigestValue(code, 2))];
  const slots = [...storage].map(([slot, value]) => leaf(LeafKind.storage, value, slot));
  return [leaf(LeafKind.account, (balance << 64n) + nonce), ...(code.length === 0 ? [] : ofCode), ...slots];
});

const PROGRAM = provenProgram("the kernel", kernelRows());
const HINTS = [
  ...blockHints(BOUNDARY.timestamp),
  ...transactionHints(userTransaction(TRANSACTION, ENVIRONMENT.chainId)),
  ...endHints(),
];
const codeBy = (digest: bigint): Uint8Array => (digest === codeDigestValue(CALLER_CODE, 2) ? CALLER_CODE : CALLEE_CODE);

describe("a transaction whose contract calls another, run by the whole kernel", () => {
  let run: RunCells;
  before(() => {
    run = cellsOf(PROGRAM, interpret(PROGRAM, HINTS, BOUNDARY, { codeOf: codeBy }, treeOf(STATE)).trace);
  });

  it("is accepted by all tables, and comes to the state that ethereumjs comes to", async () => {
    assert.deepEqual(refusalsOf(run), []);
    const result = await compareEngines(ACCOUNTS, TRANSACTION, { ...ENVIRONMENT, boundary: BOUNDARY });
    assert.deepEqual([result.kind, result.kind === "equal" && result.success], ["equal", true]);
    // The sender and the coinbase pay and are paid; balances, two slots.
    const written = run.keys.filter(({ real, before, after }) => real === 1 && before.join() !== after.join());
    assert.equal(written.length, 6);
  });

  it("typed columns equal objects: each row has all that its instruction, or its opcode, says of it", () => {
    const instructions = new Map(decodeAll(PROGRAM.rows).map((each) => [each?.pc, each]));
    const has = (row: object, fixed: object): void => {
      const own = Object.entries(fixed).map(([name, value]) => [name, value < 0 ? P + Number(value) : value]);
      assert.deepEqual(Object.fromEntries(own.map(([name]) => [name, (row as Record<string, unknown>)[name as string]])), {
        ...Object.fromEntries(own),
      });
    };
    for (const row of run.processor) {
      const { immediate, ...fixed } = instructions.get(row.pc)!;
      has(row, fixed);
      if (row.hasImmediate === 1) assert.deepEqual(row.a, immediate);
    }
    for (const row of run.user) has(row, decodeOpcode(row.byte)!);
    assert.ok(run.processor.length > 1000 && run.user.length > 40);
  });

  it("is refused if a leaf that it writes stays as it was", () => {
    run.keys.forEach(({ real, before, after }, at) => {
      if (real === 0 || before.join() === after.join()) return;
      const keys = run.keys.map((row, i) => (i === at ? { ...row, after: before } : row));
      // The tables of the state are asked for a value that the memory does not have at last.
      assert.deepEqual(refusalsOf({ ...run, keys }), ["lastWord"]);
    });
  });

  it("is refused if the callee runs the caller's code", () => {
    const [first] = run.visits;
    const other = run.visits.findIndex(({ codeFrame }) => codeFrame !== first!.codeFrame);
    const { time } = run.visits[other]!;
    const { codeFrame, length } = first!;
    const visits = run.visits.map((row, i) => (i === other ? { ...row, codeFrame, length } : row));
    const user = run.user.map((row) => (row.start === time ? { ...row, codeFrame, length } : row));
    assert.ok(refusalsOf({ ...run, visits, user }).includes("memory"));
  });

  it("is refused if two times in user mode exchange their ends", () => {
    const [a, b] = run.visits as [RunCells["visits"][number], RunCells["visits"][number]];
    const ends = new Map([
      [a.time, b.time],
      [b.time, a.time],
    ]);
    const user = run.user.map((row) => (row.ends === 1 ? { ...row, start: ends.get(row.start) ?? row.start } : row));
    assert.ok(refusalsOf({ ...run, user }).includes("user: start stays"));
  });

  it("has no proof with another code than the one whose digest the state holds", () => {
    const others = { codeOf: () => Uint8Array.from([...CALLEE_CODE.slice(0, -1), 0]) };
    assert.throws(() => interpret(PROGRAM, HINTS, BOUNDARY, others, treeOf(STATE)), {
      name: "UnprovableRowError",
      message: /opcode 0xbd/,
    });
  });
});
