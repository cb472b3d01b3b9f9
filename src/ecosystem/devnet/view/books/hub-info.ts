import type { Hex } from "../../../../ground/protocol/hex.ts";

/** A hub by its name, and its contract on L1. */
export interface NamedHubInfo {
  readonly name: string;
  /** Names of the chains whose batches it proves together. */
  readonly members: readonly string[];
  readonly address: Hex;
}

/** Aggregators of an epoch that L1 does not count yet. */
export interface ScheduledAggregators {
  /** Number of the epoch. */
  readonly epoch: number;
  /** Second on L1 at which it begins to count. */
  readonly since: number;
  /** `account`: number among the hub's accounts; absent for a key of another process, which does not run. */
  readonly aggregators: readonly { readonly address: Hex; readonly account?: number | undefined }[];
}

/** An aggregator of a hub. */
export interface HubAggregatorInfo {
  readonly address: Hex;
  /** Number among the hub's accounts; absent for a key of another process. */
  readonly account?: number | undefined;
  readonly isRunning: boolean;
  /** Failure of its process, with its restarts; absent while it runs. */
  readonly failure?: string | undefined;
  /** Number of the newest block that it has. */
  readonly block: number;
  /** Wei on L1 that answer for its votes now, as decimal digits; absent without stake, and of a single aggregator. */
  readonly stakeWei?: string | undefined;
}

/** A member of a hub that runs. */
export interface HubMemberInfo {
  readonly name: string;
  readonly chainId: number;
  /** First batch that no block of the hub has. */
  readonly nextBatch: number;
  /** Sealed batches that no block has and that L1 has not executed. */
  readonly waiting: number;
}

/** A hub with its aggregators, its newest block and its state. */
export interface HubInfo extends NamedHubInfo {
  /** Number of the set of aggregators: 0 until the contract's admin schedules another one. */
  readonly epoch: number;
  /** In the order of their accounts; those of other processes last. */
  readonly aggregators: readonly HubAggregatorInfo[];
  /** Aggregators after the notice; absent if no others are scheduled. */
  readonly scheduled?: ScheduledAggregators | undefined;
  /** Members that run now. */
  readonly progress: readonly HubMemberInfo[];
  /** Digest of the state after the newest block, as the contract stores it. */
  readonly state: Hex;
  /** Number of the newest decided block; 0 before the first. */
  readonly block: number;
  /** Number of the newest block that L1 has, as the hub read it last; 0 before the first. */
  readonly landed: number;
}

/** A batch in a block of a hub. */
export interface HubBatchInfo {
  readonly chainId: number;
  readonly batchNumber: number;
  readonly commitment: Hex;
  readonly stateRoot: Hex;
  /** Program of the batch's proof, and the proof's keccak; absent if only L1 has the block, like `facts`. */
  readonly program?: string;
  readonly proofHash?: Hex;
  /** Positions in the hub's state of the facts that the batch imports. */
  readonly facts?: readonly number[];
}

/** A decided block of a hub. */
export interface HubBlockInfo {
  readonly number: number;
  readonly hash: Hex;
  /** Hash of the block before. */
  readonly parent: Hex;
  /** Digest of the hub's state after the block. */
  readonly state: Hex;
  readonly contents: Hex;
  readonly batches: readonly HubBatchInfo[];
}

/** A block that L1 has taken. */
export interface LandedHubBlock extends HubBlockInfo {
  readonly transactionHash: Hex;
}
