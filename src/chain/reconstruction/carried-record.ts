import { hashAssetFlows, sumAssetFlows } from "../../ground/protocol/asset-flows.ts";
import type { CarriedBatch } from "../../ground/protocol/carried-pubdata.ts";
import { deriveEvaluationPoint, hashCommitment, hashDaCommitment, NO_PARTITION } from "../../ground/protocol/commitment.ts";
import { digestToHex, elementsToBytes, type Compress } from "../../ground/protocol/digest.ts";
import { diffListDigest } from "../../ground/protocol/diff-digest.ts";
import { outputsEntry } from "../../ground/protocol/diff-list.ts";
import { evaluateDiffList } from "../../ground/protocol/evaluation.ts";
import { installsPredeploys, type ChainExtensions } from "../../ground/protocol/genesis.ts";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../ground/protocol/l2-log.ts";
import { hashOutputs } from "../../ground/protocol/outputs.ts";
import { NOTHING_BOUND } from "../../ground/protocol/data-choice.ts";
import { hashPubdata, pubdataLogLeaves } from "../../ground/protocol/pubdata.ts";
import { decodePubdata } from "../../ground/protocol/pubdata-decoder.ts";
import { priorityOpsRollingHash } from "../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import { isProvenOnL1 } from "../../ground/protocol/protocol-version.ts";
import { preCommitmentOf, type PublishingChain } from "./published-batch.ts";

/** Context for reading a carried batch. */
interface RecordContext {
  /** The record before it. */
  readonly previous: StoredBatch;
  /** Hashes of the operations that it took from the queue, in order. */
  readonly canonicalTxHashes: readonly Hex[];
  /** Exports of the chain's batches besides their logs. */
  readonly exported: ChainExtensions;
  readonly protocolVersion: bigint;
}

/**
 * The record that the chain's contract has made of a carried batch, as the contract computes it
 * (`BatchCommitter.sol`). It is right only if
 * its hash is the contract's. Undefined for pubdata that the contract would have refused.
 */
export function carriedRecord(
  batch: CarriedBatch,
  { previous, canonicalTxHashes, exported, protocolVersion }: RecordContext,
  chain: PublishingChain,
  compress: Compress,
): StoredBatch | undefined {
  const { batchNumber, lastBlock, firstTimestamp, lastTimestamp, importedRootCount, importedRootsRollingHash, pubdata } = batch;
  const priorityOpCount = BigInt(canonicalTxHashes.length);
  const decoding = decodePubdata(pubdata, {
    oldLeafCount: Number(previous.leafCount),
    priorityOpCount: canonicalTxHashes.length,
  });
  if (!decoding.ok) return undefined;
  const { logs, changes } = decoding.pubdata;
  const l2LogsTreeRoot = l2LogTreeRoot(pubdataLogLeaves(logs, canonicalTxHashes));
  const wasProven = isProvenOnL1(previous.protocolVersion);
  const installs = installsPredeploys(batchNumber, isProvenOnL1(protocolVersion), wasProven);
  const extensions = installs ? exported.installing : exported.usual;
  const outputsHash = hashOutputs({
    ...{ batchNumber, firstBlock: previous.lastBlock + 1n, lastBlock, firstTimestamp, lastTimestamp },
    ...{ l2LogsTreeRoot, logCount: BigInt(logs.length), priorityOpCount },
    priorityOpsRollingHash: priorityOpsRollingHash(canonicalTxHashes),
    ...{ importedRootCount, importedRootsRollingHash, cheatCount: batch.cheatCount, extensions },
    coinbase: batch.coinbase,
  });
  const entries = [...changes, outputsEntry(BigInt(outputsHash))];
  const flowsHash = hashAssetFlows(sumAssetFlows(logs, chain.settlementChainId));
  const insertions = changes.filter(({ type }) => type === "insertion").length;
  const record: StoredBatch = {
    ...{ batchNumber, lastBlock, firstTimestamp, lastTimestamp },
    leafCount: previous.leafCount + BigInt(insertions),
    priorityOpTotal: previous.priorityOpTotal + priorityOpCount,
    ...{ committedAt: batch.committedAt, importedRootCount, protocolVersion },
    commitment: NO_PARTITION,
    ...{ oldStateRoot: previous.newStateRoot, newStateRoot: batch.newStateRoot },
    diffDigest: digestToHex(diffListDigest(entries, compress)),
    ...{ point: "0x", evaluation: "0x", outputsHash, l2LogsTreeRoot, importedRootsRollingHash, flowsHash, extensions },
    ...{ nestedRoot: NO_PARTITION, partitionRoot: NO_PARTITION, partition: NO_PARTITION, partitionDa: NO_PARTITION },
  };
  const preCommitment = preCommitmentOf(record, previous, chain);
  const pubdataHash = hashPubdata(pubdata);
  const point = deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length);
  const evaluation = evaluateDiffList(entries, point);
  const daCommitment = hashDaCommitment({
    ...{ pubdataHash, point, evaluation, flowsHash, policyDataHash: NOTHING_BOUND, partitionDa: NO_PARTITION },
  });
  return {
    ...record,
    point: toHex(elementsToBytes(point)),
    evaluation: toHex(elementsToBytes(evaluation)),
    commitment: hashCommitment(preCommitment, daCommitment),
  };
}
