import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { comparedMeters } from "../machine/support/meters.ts";
import { decodeAll } from "../../src/proofs/execution-proof/decode.ts";
import { decodeOpcode } from "../../src/proofs/execution-proof/user-decode.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { cellsOf, type RunCells, refusalsOf } from "./support/judge.ts";
import { ACCOUNTS, CALLEE_CODE, callingTransaction, PROGRAM, TRANSACTION } from "./support/calling-transaction.ts";

describe("a transaction whose contract calls another, run by the whole kernel", () => {
  let run: RunCells;
  before(() => {
    run = cellsOf(PROGRAM, callingTransaction().trace);
  });

  it("is accepted by all tables, and is what the witness has", async () => {
    assert.deepEqual(refusalsOf(run), []);
    const compared = await comparedMeters(ACCOUNTS, TRANSACTION);
    assert.ok(compared.kind === "ran" && compared.receipt.success);
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

  it("is refused if a leaf that it writes does not change", () => {
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
    const other = Uint8Array.from([...CALLEE_CODE.slice(0, -1), 0]);
    assert.throws(() => callingTransaction(() => other), {
      name: "UnprovableRowError",
      message: /opcode 0xbd/,
    });
  });
});
