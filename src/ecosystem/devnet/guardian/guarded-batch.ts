import { digestFromHex, type Compress } from "../../../ground/protocol/digest.ts";
import { hashPreCommitment, NO_PARTITION } from "../../../ground/protocol/commitment.ts";
import { diffListDigest } from "../../../ground/protocol/diff-digest.ts";
import { outputsEntry } from "../../../ground/protocol/diff-list.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../../ground/protocol/l2-log.ts";
import { hashOutputs, type BatchOutputs } from "../../../ground/protocol/outputs.ts";
import { pubdataLogLeaves } from "../../../ground/protocol/pubdata.ts";
import { decodePubdata } from "../../../ground/protocol/pubdata-decoder.ts";
import { priorityOpsRollingHash } from "../../../ground/protocol/rolling-hash.ts";
import type { PublishingChain } from "../../../chain/reconstruction/published-batch.ts";
import type { AppliedContent } from "../../../chain/reconstruction/rebuilt-state.ts";
import { GuardianError } from "./guardian-error.ts";

/** A batch as a chain sends it to a guardian, before it is on L1. Plain data. */
export interface GuardedBatch {
  readonly protocolVersion: bigint;
  readonly outputs: BatchOutputs;
  /** Hashes of the operations that it took from the queue, in order; L1 checks them. */
  readonly canonicalTxHashes: readonly Hex[];
  readonly previousCommitment: Hex;
  readonly preCommitment: Hex;
  readonly newStateRoot: Hex;
  readonly pubdata: Uint8Array;
  /** Changes of the chain's porter; absent if there are none. */
  readonly porter?: GuardedPorter | undefined;
}

/** Root of a porter after a batch, and the list of changes that lead to it. */
interface GuardedPorter {
  readonly root: Hex;
  readonly list: Uint8Array;
}

/** State before a batch. */
export interface PredecessorState {
  readonly stateRoot: Hex;
  readonly leafCount: number;
  readonly compress: Compress;
}

/**
 * Reads a batch's data and compares them with its pre-commitment, which L1 binds: logs, operations, changes, and the roots
 * before and after. The new root is the claim that only an application to the tree decides. Throws GuardianError
 * DataMismatch.
 */
export function judgeBatch(
  batch: Omit<GuardedBatch, "porter">,
  chain: PublishingChain,
  before: PredecessorState,
): AppliedContent {
  const { outputs, canonicalTxHashes, pubdata } = batch;
  const { batchNumber } = outputs;
  const mismatch = (reason: string): GuardianError =>
    new GuardianError(
      "DataMismatch",
      `the data of batch ${batchNumber} of chain ${chain.chainId}: ${reason}; form the batch again`,
    );
  const decoding = decodePubdata(pubdata, { oldLeafCount: before.leafCount, priorityOpCount: canonicalTxHashes.length });
  if (!decoding.ok) throw mismatch(`${decoding.rejection.code} at byte ${decoding.rejection.offset}`);
  const { logs, bytecodes, changes } = decoding.pubdata;
  const recomputed: BatchOutputs = {
    ...outputs,
    l2LogsTreeRoot: l2LogTreeRoot(pubdataLogLeaves(logs, canonicalTxHashes)),
    logCount: BigInt(logs.length),
    priorityOpCount: BigInt(canonicalTxHashes.length),
    priorityOpsRollingHash: priorityOpsRollingHash(canonicalTxHashes),
  };
  const outputsHash = hashOutputs(recomputed);
  const entries = [...changes, outputsEntry(BigInt(outputsHash))];
  const newStateRoot = digestFromHex(batch.newStateRoot);
  const preCommitment = hashPreCommitment({
    protocolVersion: batch.protocolVersion,
    settlementChainId: chain.settlementChainId,
    hyperchainAddress: chain.hyperchain,
    chainId: chain.chainId,
    batchNumber,
    previousCommitment: batch.previousCommitment,
    oldStateRoot: digestFromHex(before.stateRoot),
    newStateRoot,
    diffDigest: diffListDigest(entries, before.compress),
    outputsHash,
    daPolicy: chain.daPolicy,
    partition: NO_PARTITION,
  });
  if (preCommitment !== batch.preCommitment)
    throw mismatch(`they lead from ${before.stateRoot} to pre-commitment ${preCommitment}, not to ${batch.preCommitment}`);
  return { entries, bytecodes, statement: { newStateRoot } };
}
