import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RunRecorder } from "../../src/proofs/execution-proof/run-recorder.ts";
import { number30 } from "../../src/proofs/circuits/words/earlier.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { aliasOf } from "../../src/ground/protocol/address-alias.ts";
import { withReplay, type OperationReplay } from "../machine/support/operation-replay.ts";
import { cellsOf, refusalsOf, type RunCells } from "./support/judge.ts";
import { provenProgram } from "./support/programs.ts";

const PROGRAM = provenProgram("the kernel", kernelRows());
const SENDER = aliasOf(270n, `0x${"1a".repeat(20)}`);
const RECIPIENT: Hex = `0x${"7e".repeat(20)}`;
const contract = (place: number, code: Hex): GenesisAccount => ({
  address: `0x${(0xc0de00 + place).toString(16).padStart(40, "0")}`,
  nonce: 1n,
  code,
});

/** The batch's rows, which all tables accept; it is what both engines made of it. */
async function accepted(replay: OperationReplay): Promise<RunCells> {
  let recorder: RunRecorder | undefined;
  let run: RunCells | undefined;
  await replay.compare({
    observer: (environment) => (recorder = new RunRecorder(PROGRAM, environment)),
    ended: () => {
      run = recorder && cellsOf(PROGRAM, recorder.trace());
    },
  });
  assert.ok(run !== undefined);
  assert.deepEqual(refusalsOf(run), []);
  return run;
}

describe("whole batches with operations of L1's queue, run by the kernel, are accepted by all tables", () => {
  it("with a deposit, one that calls a contract, one that fails and a creation", async () => {
    // Writes the value to a slot and calls the second, which reverts; so does a deposit to that one.
    const [writes, reverts] = [contract(0, "0x345f555f5f5f5f5f62c0de015af1"), contract(1, "0x5f5ffd")];
    await withReplay([writes, reverts], async (replay) => {
      const from = SENDER;
      const results = [
        await replay.request({ from, to: RECIPIENT, valueWei: 10n ** 18n }),
        await replay.request({ from, to: writes.address, valueWei: 3n, refundRecipient: RECIPIENT }),
        await replay.request({ from, to: reverts.address, valueWei: 5n, refundRecipient: RECIPIENT }),
        await replay.request({ from, to: `0x${"00".repeat(20)}`, data: "0x60015f5360015ff3" }),
      ];
      assert.deepEqual(
        results.map(({ success }) => success),
        [true, true, false, true],
      );
      const run = await accepted(replay);
      // Operations begin with the units that their gas pays for, and the kernel continues with the rest after user code.
      const visit = run.visits.findIndex(({ budgetBefore: [low, high] }) => high! > 0 && low! + 2 ** 16 * high! < 1_300_000);
      const row = run.visits[visit]!;
      const after = number30(row.budgetAfter[0]! + 2 ** 16 * row.budgetAfter[1]! + 5);
      const visits = run.visits.map((each, i) => (i === visit ? { ...each, budgetAfter: after } : each));
      assert.ok(refusalsOf({ ...run, visits }).includes("userEnds"));
    });
  });

  it("with operations that exceed the budget, in user mode and in what the kernel serves", async () => {
    // The hash of 300,000 bytes weighs 1.35 million; calls weigh more than six units a gas.
    const hashes = contract(0, "0x620493e05f20");
    const calls = contract(1, "0x5b5f5f5f5f5f61dead5af1505f56");
    await withReplay([hashes, calls], async (replay) => {
      for (const [{ address: to }, gasLimit, reason] of [
        [hashes, 8_000_000n, "lone"],
        [calls, 100_000n, "budget"],
      ] as const) {
        const { notRun } = await replay.request({ from: SENDER, to, valueWei: 9n, gasLimit });
        assert.equal(notRun, reason);
      }
      const { visits } = await accepted(replay);
      assert.ok(visits.some(({ spent }) => spent === 1));
    });
  });
});
