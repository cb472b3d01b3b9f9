import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PriorityOperation, SystemRequest } from "../../../src/ground/protocol/system-transactions.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { BOOTLOADER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import { startTestChain } from "../support/chain.ts";

const SINK: Hex = `0x${"c4".repeat(20)}`;
const SENDER: Hex = `0x${"a1".repeat(20)}`;

/** Operation of the queue that reserves more gas than `LIMITS` has room for. */
function operation(n: bigint): PriorityOperation {
  const common = { to: SINK, data: "0x", valueWei: 0n } as const;
  const step: SystemRequest = { ...common, from: BOOTLOADER_ADDRESS, gasLimit: 100_000n };
  return {
    canonicalTxHash: wordToHex(n),
    payout: [step],
    operation: { ...common, from: SENDER, gasLimit: 8_000_000n },
    conclusion: () => [step],
  };
}
const LIMITS = { gas: 7_000_000n };

/** Numbers of operations in each batch of a chain that a process continues from this batch. */
async function operationsByBatch(firstBatch: bigint): Promise<readonly (readonly [bigint, number])[]> {
  const test = await startTestChain({ sequencer: { firstBatch }, limits: LIMITS });
  try {
    await test.chain.sequencer.runPriorityOp(operation(1n));
    await test.chain.sequencer.runPriorityOp(operation(2n));
    await test.chain.seal();
    return test.batches.map(({ outputs, logs }) => [
      outputs.batchNumber,
      logs.filter(({ type }) => type === "priorityOp").length,
    ]);
  } finally {
    await test.chain.close();
  }
}

describe("an operation that exceeds the limits of batches", () => {
  it("attack: is taken by the first batch of a restarted process, as nodes that have run since block 0 take it", async () => {
    assert.deepEqual(await operationsByBatch(7n), [
      [7n, 1],
      [8n, 1],
    ]);
  });

  it("is not taken by batch 0, which publishes the initial state", async () => {
    assert.deepEqual(await operationsByBatch(0n), [
      [0n, 0],
      [1n, 1],
      [2n, 1],
    ]);
  });
});
