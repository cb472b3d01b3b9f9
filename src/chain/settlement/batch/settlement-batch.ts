import type { DataChoice } from "../../../ground/protocol/data-choice.ts";
import type { DiffEntry } from "../../../ground/protocol/diff-list.ts";
import { digestToHex, type Digest } from "../../../ground/protocol/digest.ts";
import { toHex, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { BatchOutputs } from "../../../ground/protocol/outputs.ts";
import { hashPubdata, type PubdataLog } from "../../../ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { BatchStatement } from "../../../ground/protocol/statement.ts";
import { encodeWithheldLogs } from "../../../ground/protocol/withheld-logs.ts";

/** Changes of a chain's porter by a batch: the root that they lead to, which is a leaf of the first tree, and their list. */
export interface PorterChanges {
  readonly newRoot: Digest;
  readonly pubdata: Uint8Array;
}

/** A formed batch as settlement needs it. The chain's formed batches are of this shape; plain data. */
export interface SettlementBatch {
  readonly protocolVersion: bigint;
  readonly outputs: BatchOutputs;
  readonly outputsHash: Hex;
  /** Hashes of the operations that it took from the queue, in order. */
  readonly canonicalTxHashes: readonly Hex[];
  readonly previousCommitment: Hex;
  readonly newStateRoot: Digest;
  /** Messages and results of priority operations, in order. */
  readonly logs: readonly PubdataLog[];
  readonly importedRoots: readonly ImportedRoot[];
  /** The complete diff list. */
  readonly entries: readonly DiffEntry[];
  readonly pubdata: Uint8Array;
  /** Changes of the porter; absent if there are none. */
  readonly porter?: PorterChanges | undefined;
  readonly preCommitment: Hex;
  readonly data: DataChoice;
  readonly commitment: Hex;
  readonly job: { readonly statement: BatchStatement };
}

/** Fields of a batch that a signer for its data needs: there is no commitment yet. */
export type HeldBatch = Pick<
  SettlementBatch,
  | "protocolVersion"
  | "outputs"
  | "canonicalTxHashes"
  | "previousCommitment"
  | "preCommitment"
  | "newStateRoot"
  | "pubdata"
  | "porter"
>;

/** Fields of a batch that a validator signs for. */
export type SignedBatch = HeldBatch & Pick<SettlementBatch, "commitment">;

/** Publication of a chain's pubdata, the same for all batches. */
export interface PostingPolicy {
  /** Contract through which batches are committed, which sends their pubdata on (`DataCarrier.sol`); default: none. */
  readonly carrier?: Hex;
  /** Data for the chain's data availability policy, for example a committee's signatures. Default: none. */
  readonly policyData?: (batch: HeldBatch & Pick<SettlementBatch, "data">) => Promise<Hex>;
}

/** Coinbase of a chain whose fees no account gets. */
export const NO_COINBASE: Hex = `0x${"00".repeat(20)}`;

/** The pubdata in the commit's calldata, nothing else: a rollup. */
export const CALLDATA_POSTING: PostingPolicy = {};

/** The pubdata in messages of the chain below, sent by this contract there: a rollup on a rollup. */
export function carriedPosting(carrier: Hex): PostingPolicy {
  return { carrier };
}

/** The contract's `CommitBatch`. */
export interface CommitBatch {
  readonly batchNumber: BatchNumber;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  readonly firstTimestamp: bigint;
  readonly lastTimestamp: bigint;
  readonly priorityOpCount: bigint;
  readonly importedRootCount: bigint;
  readonly cheatCount: bigint;
  /** Zero if no account gets the fees. */
  readonly coinbase: Hex;
  readonly importedRootsRollingHash: Hex;
  /** Zero if the chain's batches export no hash of their inputs. */
  readonly transactionsHash: Hex;
  readonly newStateRoot: Hex;
  readonly diffDigest: Hex;
  readonly commitment: Hex;
  readonly pubdata: Hex;
  readonly withheld: { readonly pubdataHash: Hex; readonly entryCount: number; readonly logs: Hex };
  readonly policyData: Hex;
}

/** Argument of the contract's commit. Rejects with the error of the policy's source. */
export async function commitBatchOf(batch: SettlementBatch, posting: PostingPolicy): Promise<CommitBatch> {
  const { outputs, commitment, data } = batch;
  const { newStateRoot, diffDigest } = batch.job.statement;
  return {
    batchNumber: outputs.batchNumber,
    firstBlock: outputs.firstBlock,
    lastBlock: outputs.lastBlock,
    firstTimestamp: outputs.firstTimestamp,
    lastTimestamp: outputs.lastTimestamp,
    priorityOpCount: outputs.priorityOpCount,
    importedRootCount: outputs.importedRootCount,
    cheatCount: outputs.cheatCount,
    coinbase: outputs.coinbase,
    importedRootsRollingHash: outputs.importedRootsRollingHash,
    transactionsHash: outputs.transactionsHash ?? wordToHex(0n),
    newStateRoot: digestToHex(newStateRoot),
    diffDigest: digestToHex(diffDigest),
    commitment,
    pubdata: data.publishes ? toHex(batch.pubdata) : "0x",
    withheld: {
      pubdataHash: hashPubdata(batch.pubdata),
      entryCount: batch.entries.length,
      logs: data.publishes ? "0x" : toHex(encodeWithheldLogs(batch.logs)),
    },
    policyData: (await posting.policyData?.(batch)) ?? "0x",
  };
}
