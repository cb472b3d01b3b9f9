import type { TransactionReceipt } from "ethers";
import { hashAggregate, type AggregatedBatch } from "../../../ground/protocol/aggregate.ts";
import { digestFromHex, digestToHex, elementsToBytes } from "../../../ground/protocol/digest.ts";
import { toHex } from "../../../ground/protocol/hex.ts";
import type { ShownExecution } from "../../../ground/protocol/shown-execution.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { SettlementBatch } from "../batch/settlement-batch.ts";
import { encodeStoreProof } from "./batch-calls.ts";
import { isProofStored, readAggregator } from "./chain-reader.ts";
import { gasForShowing } from "./prove.ts";
import { carryOut, type SenderContext } from "./sender-context.ts";

/**
 * Stores the proof of a batch that is not committed yet, unless L1 has it; undefined then. The aggregator of the batch's version
 * checks it, and takes the batch without a proof from then on. Rejects as `proveBatch`, and with RangeError for a version without
 * an aggregator.
 */
export async function storeProof(
  context: SenderContext,
  batch: SettlementBatch,
  execution: ShownExecution,
): Promise<TransactionReceipt | undefined> {
  const { protocolVersion, outputs } = batch;
  const aggregator = await readAggregator(context, protocolVersion);
  if (aggregator === undefined) throw new RangeError(`version ${protocolVersion} has no aggregator, which takes such proofs`);
  const { address: to, chainId } = aggregator;
  const item: AggregatedBatch = { chainId, batch: provenFields(batch) };
  const statement = hashAggregate([item], digestFromHex(execution.digest));
  const done = await carryOut(context, {
    stage: "prove",
    batchNumber: outputs.batchNumber,
    to,
    find: async (at) => ((await isProofStored(at, to, statement)) ? true : undefined),
    encode: () => Promise.resolve(encodeStoreProof([item], execution)),
    gasLimit: gasForShowing(execution.proof.length, 1),
  });
  return "receipt" in done ? done.receipt : undefined;
}

/** The record of the batch as far as its proof covers it; only L1 has the rest. */
function provenFields({ protocolVersion, outputs, outputsHash, commitment, job }: SettlementBatch): StoredBatch {
  const { oldStateRoot, newStateRoot, diffDigest, point, evaluation } = job.statement;
  return {
    ...genesisStoredBatch(protocolVersion, digestToHex(newStateRoot), 0n),
    batchNumber: outputs.batchNumber,
    commitment,
    outputsHash,
    oldStateRoot: digestToHex(oldStateRoot),
    diffDigest: digestToHex(diffDigest),
    point: toHex(elementsToBytes(point)),
    evaluation: toHex(elementsToBytes(evaluation)),
  };
}
