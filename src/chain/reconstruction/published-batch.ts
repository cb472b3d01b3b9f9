import { hashAssetFlows, sumAssetFlows } from "../../ground/protocol/asset-flows.ts";
import { deriveEvaluationPoint, hashCommitment, hashDaCommitment, hashPreCommitment } from "../../ground/protocol/commitment.ts";
import { PUBLISHED, type DataChoice } from "../../ground/protocol/data-choice.ts";
import { digestFromHex, digestToHex, elementsToBytes, type Compress } from "../../ground/protocol/digest.ts";
import { diffListDigest } from "../../ground/protocol/diff-digest.ts";
import { outputsEntry, type DiffEntry } from "../../ground/protocol/diff-list.ts";
import { evaluateDiffList, OFF_CHAIN_POINT, type Quintic } from "../../ground/protocol/evaluation.ts";
import { fromHex, toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { l2LogTreeRoot } from "../../ground/protocol/l2-log.ts";
import { hashOutputs, type BatchOutputs } from "../../ground/protocol/outputs.ts";
import { hashPubdata, pubdataLogLeaves, type PubdataLog } from "../../ground/protocol/pubdata.ts";
import { decodePubdata } from "../../ground/protocol/pubdata-decoder.ts";
import { priorityOpsRollingHash } from "../../ground/protocol/rolling-hash.ts";
import { quinticFromBytes, type BatchStatement } from "../../ground/protocol/statement.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import { ReconstructionError } from "./reconstruction-error.ts";

/** Identity of the chain in its batches' commitments. */
export interface PublishingChain {
  readonly chainId: ChainId;
  readonly settlementChainId: ChainId;
  /** The chain's contract: 20 bytes. */
  readonly hyperchain: Hex;
  /** Number of its data availability policy. */
  readonly daPolicy: bigint;
}

/** A batch on L1: the record, whose hash the contract has, and the further data in the commit's calldata. */
export interface PublishedBatch {
  readonly stored: StoredBatch;
  /** The record that it follows. */
  readonly previous: StoredBatch;
  readonly firstBlock: bigint;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  readonly cheatCount: bigint;
  /** Coinbase in the commit's calldata. Formats that export none have zero there. */
  readonly coinbase: Hex;
  readonly pubdata: Uint8Array;
  /** Hashes of the operations that it took from the queue, in order. */
  readonly canonicalTxHashes: readonly Hex[];
  readonly data: Pick<DataChoice, "bound" | "publishes">;
  /** Leaves of the state before it, where L1 does not count them; default: as the record before it says. */
  readonly oldLeafCount?: number | undefined;
}

/** Verified contents of a published batch, every part of them bound by the batch's commitment. */
export interface PublishedContent {
  readonly outputs: BatchOutputs;
  readonly logs: readonly PubdataLog[];
  /** Leaves of the log tree. */
  readonly logLeaves: readonly Hex[];
  readonly bytecodes: readonly Uint8Array[];
  /** The complete diff list. */
  readonly entries: readonly DiffEntry[];
  readonly statement: BatchStatement;
  readonly pubdata: Uint8Array;
  readonly canonicalTxHashes: readonly Hex[];
  readonly data: DataChoice;
}

/**
 * Reads a batch and checks it against its record, from the pubdata's hash to the commitment; only the new state root is left
 * to a holder of the tree. The record itself must have been checked. Throws ReconstructionError: PubdataMismatch for any
 * other bytes than those that L1 was given, then the part that does not fit.
 */
export function readPublishedBatch(batch: PublishedBatch, chain: PublishingChain, compress: Compress): PublishedContent {
  const { stored, previous, pubdata, canonicalTxHashes, data } = batch;
  const { batchNumber } = stored;
  const same = (code: ReconstructionError["code"], subject: string, got: Hex, expected: Hex): void => {
    if (got !== expected) throw new ReconstructionError(code, `${subject} is ${got}, L1 has ${expected}`, { batchNumber });
  };
  same("RecordMismatch", "the state root that it starts from", previous.newStateRoot, stored.oldStateRoot);

  const oldStateRoot = digestFromHex(stored.oldStateRoot);
  const newStateRoot = digestFromHex(stored.newStateRoot);
  const preCommitment = preCommitmentOf(stored, previous, chain);
  // The point is drawn from the pubdata's hash, so it is different for any other bytes.
  const pubdataHash = hashPubdata(pubdata);
  const point = data.publishes ? deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length) : OFF_CHAIN_POINT;
  same("PubdataMismatch", "the point that its pubdata leads to", quinticToHex(point), stored.point);

  const context = { oldLeafCount: batch.oldLeafCount ?? Number(previous.leafCount), priorityOpCount: canonicalTxHashes.length };
  const decoding = decodePubdata(pubdata, context);
  if (!decoding.ok) {
    const { code, offset } = decoding.rejection;
    throw new ReconstructionError("PubdataMalformed", `${code} at byte ${offset} of its pubdata`, { batchNumber });
  }
  const { logs, bytecodes, changes } = decoding.pubdata;
  const logLeaves = pubdataLogLeaves(logs, canonicalTxHashes);
  const l2LogsTreeRoot = l2LogTreeRoot(logLeaves);
  same("LogRootMismatch", "the root of its logs", l2LogsTreeRoot, stored.l2LogsTreeRoot);
  const outputs: BatchOutputs = {
    batchNumber,
    firstBlock: batch.firstBlock,
    lastBlock: stored.lastBlock,
    firstTimestamp: batch.firstTimestamp,
    lastTimestamp: stored.lastTimestamp,
    l2LogsTreeRoot,
    logCount: BigInt(logs.length),
    priorityOpCount: BigInt(canonicalTxHashes.length),
    priorityOpsRollingHash: priorityOpsRollingHash(canonicalTxHashes),
    importedRootCount: stored.importedRootCount,
    importedRootsRollingHash: stored.importedRootsRollingHash,
    cheatCount: batch.cheatCount,
    extensions: stored.extensions,
    coinbase: batch.coinbase,
  };
  const outputsHash = hashOutputs(outputs);
  same("CommitmentMismatch", "the hash of its outputs", outputsHash, stored.outputsHash);

  const entries = [...changes, outputsEntry(BigInt(outputsHash))];
  const diffDigest = diffListDigest(entries, compress);
  same("CommitmentMismatch", "the digest of its diff list", digestToHex(diffDigest), stored.diffDigest);
  const evaluation = evaluateDiffList(entries, point);
  same("CommitmentMismatch", "the evaluation of its diff list", quinticToHex(evaluation), stored.evaluation);
  const flowsHash = hashAssetFlows(sumAssetFlows(logs, chain.settlementChainId));
  same("CommitmentMismatch", "the hash of its asset flows", flowsHash, stored.flowsHash);
  const daCommitment = hashDaCommitment({
    pubdataHash,
    point,
    evaluation,
    flowsHash,
    policyDataHash: data.bound,
    partitionDa: stored.partitionDa,
  });
  const commitment = hashCommitment(preCommitment, daCommitment);
  same("CommitmentMismatch", "its commitment", commitment, stored.commitment);

  const statement = { commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash };
  return { outputs, logs, logLeaves, bytecodes, entries, statement, pubdata, canonicalTxHashes, data: { ...PUBLISHED, ...data } };
}

/** Binds everything of a batch but its pubdata. Throws DigestError for a record that L1 cannot hold. */
export function preCommitmentOf(stored: StoredBatch, previous: StoredBatch, chain: PublishingChain): Hex {
  return hashPreCommitment({
    protocolVersion: stored.protocolVersion,
    settlementChainId: chain.settlementChainId,
    hyperchainAddress: chain.hyperchain,
    chainId: chain.chainId,
    batchNumber: stored.batchNumber,
    previousCommitment: previous.commitment,
    oldStateRoot: digestFromHex(stored.oldStateRoot),
    newStateRoot: digestFromHex(stored.newStateRoot),
    diffDigest: digestFromHex(stored.diffDigest),
    outputsHash: stored.outputsHash,
    daPolicy: chain.daPolicy,
    partition: stored.partition,
  });
}

/** Commitment that follows from a record if its policy gave this answer to pubdata with this hash. */
export function commitmentOf(stored: StoredBatch, preCommitment: Hex, pubdataHash: Hex, policyDataHash: Hex): Hex {
  const { point, evaluation, flowsHash, partitionDa } = stored;
  const daCommitment = hashDaCommitment({
    pubdataHash,
    point: quinticFromBytes(fromHex(point, 20)),
    evaluation: quinticFromBytes(fromHex(evaluation, 20)),
    flowsHash,
    policyDataHash,
    partitionDa,
  });
  return hashCommitment(preCommitment, daCommitment);
}

function quinticToHex(element: Quintic): Hex {
  return toHex(elementsToBytes(element));
}
