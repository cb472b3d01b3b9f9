import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../protocol/hex.ts";
import { decodeShown } from "../../protocol/shown-execution.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import { encodeProve, encodeProveBatches } from "./batch-calls.ts";
import { readAggregator, readTotals } from "./chain-reader.ts";
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
 * Shows L1 the proof of a committed batch, unless it has accepted one; undefined then. All earlier batches must be proven. Where
 * the batch's version has an aggregator that is a proof of its execution, with its digest (`encodeShown`). Rejects with the
 * transactor's errors; a proof that does not hold is Reverted with the verifier's error.
 */
export async function proveBatch(
  context: SenderContext,
  stored: StoredBatch,
  proof: Uint8Array,
): Promise<TransactionReceipt | undefined> {
  const { batchNumber } = stored;
  const aggregator = await readAggregator(context, stored.protocolVersion);
  const done = await carryOut(context, {
    stage: "prove",
    batchNumber,
    find: async () => ((await isProven(context, batchNumber)) ? true : undefined),
    encode: () =>
      Promise.resolve(aggregator === undefined ? encodeProve(stored, proof) : shown(aggregator.chainId, stored, proof)),
    gasLimit: FIXED_GAS + GAS_PER_PROOF_BYTE * BigInt(proof.length),
    ...(aggregator === undefined ? {} : { to: aggregator.address }),
  });
  if (!("receipt" in done)) return undefined;
  // An aggregator that has seen the proof passes over a batch that its chain does not take.
  if (aggregator !== undefined && !(await isProven(context, batchNumber)))
    throw new SettlementError("BatchReplaced", `L1 has another batch ${batchNumber} than the one whose execution it was shown`);
  return done.receipt;
}

function shown(chainId: bigint, batch: StoredBatch, bytes: Uint8Array): Hex {
  return encodeProveBatches([{ chainId, batch }], decodeShown(bytes));
}
