import type { FalseDigest } from "../../../chain/reconstruction/leaf-directory.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { CommittedBatch } from "./batch-ledger.ts";
import type { DroppedBatches } from "./drop-open-batches.ts";
import { messagesOf } from "./proofs.ts";
import { missingOperations } from "./queued-operations.ts";
import type { Reconstruction } from "./reconstruct.ts";

/** A reconstruction in numbers and names: plain JSON. */
export interface ReconstructionSummary {
  readonly chainId: number;
  readonly hyperchain: Hex;
  readonly settlementChainId: number;
  /** Version of the last applied batch. */
  readonly protocolVersion: number;
  /** Whether a chain on a chain was read in messages of that one, from L1 alone. */
  readonly isFromMessages: boolean;
  /** The blocks that were read of what it settles on. */
  readonly l1: { readonly fromBlock: number; readonly toBlock: number; readonly toBlockHash: Hex };
  readonly stateRoot: Hex;
  /** Whether L1 has executed all that was applied: then the root is `executedStateRoot` of the chain's contract. */
  readonly isExecuted: boolean;
  readonly batches: number;
  readonly lastBatch: number | null;
  readonly lastBlock: number;
  readonly leaves: number;
  readonly accounts: number;
  readonly contracts: number;
  readonly storageSlots: number;
  /** Accounts for whose code the state has a false digest, because the validators signed what they had not executed. */
  readonly falseCodeDigests: readonly FalseDigest[];
  readonly messages: number;
  readonly pubdataBytes: number;
  /** Batches whose data are not on L1: a holder gave them. */
  readonly heldBatches: number;
  /** Porter of the chain; absent if no account has joined it. */
  readonly porter?: {
    readonly chainId: number;
    /** Number of its accounts; absent if a list is missing, so that none is rebuilt. */
    readonly accounts?: number;
    /** Number of lists that holders gave. */
    readonly heldLists: number;
    /** Reason why a list is missing; absent if none is. */
    readonly missing?: string;
  };
  readonly priorityOps: {
    readonly taken: number;
    readonly waiting: number;
    /** Waiting operations that are known by their hash alone, by their index in the queue. */
    readonly unknown: readonly { readonly index: number; readonly hash: Hex }[];
  };
  readonly revertedBatches: number;
  /** Committed batches that were not applied. */
  readonly unapplied: readonly { readonly batchNumber: number; readonly stateRoot: Hex; readonly isProven: boolean }[];
  /** Whether the chain has been left for good. */
  readonly exited: boolean;
}

/** Dropped batches as plain JSON. */
export interface DroppedInfo extends Pick<DroppedBatches, "messages" | "operations" | "reason"> {
  readonly firstBatch: number;
  readonly lastBatch: number;
}

export function droppedInfo({ firstBatch, lastBatch, messages, operations, reason }: DroppedBatches): DroppedInfo {
  return { firstBatch: Number(firstBatch), lastBatch: Number(lastBatch), messages, operations, reason };
}

/** Throws ReconstructionError BytecodeMissing. */
export function summarize(reconstruction: Reconstruction): ReconstructionSummary {
  const { contract, onL1, l1, fromBlock, batches, unapplied, last, state, stateRoot, pendingHashes, revertedCount } =
    reconstruction;
  const { chainId } = contract.configuration;
  const accounts = state.accounts();
  return {
    chainId: Number(chainId),
    hyperchain: contract.hyperchain,
    settlementChainId: Number(contract.settlementChainId),
    protocolVersion: Number(last.protocolVersion),
    isFromMessages: reconstruction.below !== undefined,
    l1: { fromBlock, toBlock: l1.blockNumber, toBlockHash: l1.blockHash },
    stateRoot,
    isExecuted: stateRoot === onL1.executedStateRoot,
    batches: batches.length,
    lastBatch: batches.length === 0 ? null : Number(last.batchNumber),
    lastBlock: Number(last.lastBlock),
    leaves: state.leafCount,
    accounts: accounts.length,
    contracts: accounts.filter(({ code }) => code !== undefined).length,
    storageSlots: accounts.reduce((sum, { storage = [] }) => sum + storage.length, 0),
    falseCodeDigests: state.falseDigests(),
    messages: messagesOf(reconstruction).length,
    pubdataBytes: batches.reduce((sum, { pubdataBytes }) => sum + pubdataBytes, 0),
    heldBatches: batches.filter(({ isHeld }) => isHeld).length,
    ...porterSummary(reconstruction),
    priorityOps: {
      taken: Number(last.priorityOpTotal),
      waiting: pendingHashes.length,
      unknown: missingOperations(reconstruction).map(({ index, hash }) => ({ index: Number(index), hash })),
    },
    revertedBatches: revertedCount,
    unapplied: unapplied.map(unappliedBatch),
    exited: onL1.exited,
  };
}

function porterSummary({ porter }: Pick<Reconstruction, "porter">): Pick<ReconstructionSummary, "porter"> {
  if (porter === undefined) return {};
  const { chainId, state, heldLists, missing } = porter;
  return {
    porter: {
      chainId: Number(chainId),
      heldLists,
      ...(state === undefined ? {} : { accounts: state.accounts().length }),
      ...(missing === undefined ? {} : { missing: missing.message }),
    },
  };
}

function unappliedBatch({ stored, proven }: CommittedBatch): ReconstructionSummary["unapplied"][number] {
  return { batchNumber: Number(stored.batchNumber), stateRoot: stored.newStateRoot, isProven: proven !== undefined };
}
