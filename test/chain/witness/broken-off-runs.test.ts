import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { UnsignedEngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import type { ChangeSize } from "../../../src/chain/witness/change-size.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import type { RunBounds } from "../../../src/chain/witness/run-watch.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { push, staticCall, type Code } from "../support/assembler.ts";
import { CHAIN_ID, environmentOf } from "../support/engine.ts";
import { scopedCode, seenIn, UNTOUCHED } from "../support/transaction-scoped.ts";

const SENDER: Hex = `0x${"b3".repeat(20)}`;
const SCOPED: Hex = `0x${"b4".repeat(20)}`;
const RESERVE: Hex = `0x${"b5".repeat(20)}`;
const NO_SIZE: ChangeSize = { diffs: 0, insertions: 0, diffBytes: 0, codes: 0, codeBytes: 0 };
const MANY_INSTRUCTIONS: Code = Array.from({ length: 1_000 }, () => 0x5b);
const MUCH_DATA: Code = Array.from({ length: 17 }, () => staticCall(0xdead, 2 ** 20)).flat();
/** Code that hashes 100,000 bytes with KECCAK256, again and again. */
const MUCH_WORK: Code = Array.from({ length: 10 }, () => [...push(100_000), 0x5f, 0x20, 0x50]).flat();

const transaction = (fields: Partial<UnsignedEngineTransaction>): UnsignedEngineTransaction => ({
  kind: "unsigned",
  from: SENDER,
  to: SCOPED,
  data: "0x",
  valueWei: 0n,
  gasLimit: 8_000_000n,
  nonce: 0n,
  ...fields,
});

const hostile = transaction({ data: "0x01" });
const preview =
  (bounds: RunBounds = {}) =>
  async (execution: Reexecution): Promise<string | undefined> =>
    (await execution.preview({ transaction: hostile, environment: environmentOf(7n) }, () => NO_SIZE, bounds)).reason;

async function judge(execution: Reexecution): Promise<string | undefined> {
  const { notRun } = await execution.judge({
    payout: [transaction({ from: RESERVE, to: SENDER, valueWei: 5n })],
    payoutEnvironment: environmentOf(7n),
    operation: { ...hostile, valueWei: 5n },
    environment: environmentOf(8n),
  });
  return notRun;
}

async function ask(execution: Reexecution): Promise<string | undefined> {
  const { state } = execution;
  const mark = state.mark();
  const call = { ...hostile, gasPriceWei: 0n, accessList: [], authorizations: [] };
  const { reason } = await execution.ask(call, environmentOf(7n), { maxInstructions: 600 }, { reportAccess: true });
  state.rollback(mark);
  return reason;
}

describe("a transaction after one that was broken off in the middle of a call", () => {
  for (const [what, last, breakOff, reason] of [
    ["a preview that runs too many instructions", MANY_INSTRUCTIONS, preview({ maxInstructions: 600 }), /more than 600/],
    ["a preview that passes on too much data", MUCH_DATA, preview(), /pass on more than/],
    ["a question that runs too many instructions", MANY_INSTRUCTIONS, ask, /more than 600/],
    ["an operation that passes on too much data", MUCH_DATA, judge, /callData/],
  ] as const) {
    it(`sees nothing of ${what}`, async () => {
      const execution = await Reexecution.create(CHAIN_ID, [
        { address: SCOPED, code: scopedCode(last), nonce: 1n },
        { address: RESERVE, balanceWei: 100n },
      ]);
      for (let number = 0n; number < 7n; number++) execution.rememberHash(number, `0x${"77".repeat(32)}`);
      const before = execution.state.mark();
      // Twice: the second must not be broken off elsewhere for what the first has left.
      for (const time of [1, 2]) assert.match((await breakOff(execution)) ?? "it ended", reason, `time ${time}`);
      assert.equal(execution.state.mark(), before);
      const { success, logs } = await execution.run(transaction({ gasLimit: 100_000n }), environmentOf(7n));
      assert.equal(success, true);
      assert.deepEqual(
        logs.map(({ data }) => seenIn(data)),
        [UNTOUCHED],
      );
    });
  }

  it("continues from the state in which the aborted run began, also if that run was to be stored", async () => {
    const execution = await Reexecution.create(CHAIN_ID, [{ address: SCOPED, code: scopedCode(MUCH_WORK), nonce: 1n }]);
    const before = execution.state.mark();
    execution.state.onCode = () => {
      throw new Error("watched");
    };
    const deploys = transaction({ to: undefined, data: "0x60015f55600160005360015ff3" });
    await assert.rejects(execution.run(deploys, environmentOf(7n)), /watched/);
    execution.state.onCode = undefined;
    assert.equal(execution.state.mark(), before);
    assert.equal((await execution.run(deploys, environmentOf(7n))).success, true);
  });
});
