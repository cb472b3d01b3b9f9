import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { digestToHex, elementsToBytes } from "../../../src/ground/protocol/digest.ts";
import { toHex } from "../../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { SettlementBatch } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { NO_PARTITION } from "../../../src/ground/protocol/commitment.ts";

/** Returns the contract's record of a batch that follows `previous`, if it is committed at `committedAt` (L1 seconds). */
export function storedBatchOf(
  batch: SettlementBatch,
  previous: StoredBatch,
  {
    settlementChainId,
    publishesPubdata,
    committedAt,
  }: { settlementChainId: bigint; publishesPubdata: boolean; committedAt: bigint },
): StoredBatch {
  const { outputs } = batch;
  const { oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash } = batch.job.statement;
  const insertions = batch.entries.filter(({ type }) => type === "insertion").length;
  return {
    batchNumber: outputs.batchNumber,
    lastBlock: outputs.lastBlock,
    firstTimestamp: outputs.firstTimestamp,
    lastTimestamp: outputs.lastTimestamp,
    // Once data was withheld, L1 no longer knows how many leaves there are.
    leafCount: publishesPubdata && previous.leafCount !== 0n ? previous.leafCount + BigInt(insertions) : 0n,
    priorityOpTotal: previous.priorityOpTotal + outputs.priorityOpCount,
    committedAt,
    importedRootCount: outputs.importedRootCount,
    protocolVersion: previous.protocolVersion,
    commitment: batch.commitment,
    oldStateRoot: digestToHex(oldStateRoot),
    newStateRoot: digestToHex(newStateRoot),
    diffDigest: digestToHex(diffDigest),
    point: toHex(elementsToBytes(point)),
    evaluation: toHex(elementsToBytes(evaluation)),
    outputsHash,
    l2LogsTreeRoot: outputs.l2LogsTreeRoot,
    importedRootsRollingHash: outputs.importedRootsRollingHash,
    flowsHash: hashAssetFlows(sumAssetFlows(batch.logs, settlementChainId)),
    extensions: outputs.extensions,
    nestedRoot: NO_PARTITION,
    partitionRoot: NO_PARTITION,
    partition: NO_PARTITION,
    partitionDa: NO_PARTITION,
  };
}
