import type { TransactionReceipt } from "ethers";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { encodeProve } from "./batch-calls.ts";
import { readTotals } from "./chain-reader.ts";
import { carryOut } from "./sender-context.ts";
import type { SenderContext } from "./sender-context.ts";
import type { BatchNumber } from "../../protocol/ids.ts";

/** More than twice what verification takes: at most 49 gas per byte were measured, from 43 to 65 thousand bytes. */
const GAS_PER_PROOF_BYTE = 100n;
const FIXED_GAS = 1_000_000n;

/** Whether L1 has accepted a proof of the batch. */
export async function isProven(context: SenderContext, batchNumber: BatchNumber): Promise<boolean> {
  return (await readTotals(context)).verified > batchNumber;
}

/**
 * Shows L1 the proof of a committed batch, unless it has accepted one; undefined then. All earlier batches must be proven.
 * Rejects with the transactor's errors; a proof that does not hold is Reverted with the verifier's error.
 */
export async function proveBatch(
  context: SenderContext,
  stored: StoredBatch,
  proof: Uint8Array,
): Promise<TransactionReceipt | undefined> {
  const { batchNumber } = stored;
  const done = await carryOut(context, {
    stage: "prove",
    batchNumber,
    find: async () => ((await isProven(context, batchNumber)) ? true : undefined),
    encode: () => Promise.resolve(encodeProve(stored, proof)),
    gasLimit: FIXED_GAS + GAS_PER_PROOF_BYTE * BigInt(proof.length),
  });
  return "receipt" in done ? done.receipt : undefined;
}
