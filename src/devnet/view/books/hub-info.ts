import type { Hex } from "../../../protocol/hex.ts";

/** A hub by its name, and its contract on L1. */
export interface NamedHubInfo {
  readonly name: string;
  /** Names of the chains whose batches it proves together. */
  readonly members: readonly string[];
  readonly address: Hex;
}

/** A hub with its aggregators, its newest block and its state. */
export interface HubInfo extends NamedHubInfo {
  readonly aggregators: readonly { readonly address: Hex; readonly isRunning: boolean }[];
  /** Digest of the state after the newest block, as the contract stores it. */
  readonly state: Hex;
  /** Number of the newest decided block; 0 before the first. */
  readonly block: number;
}

/** A batch in a block of a hub. */
export interface HubBatchInfo {
  readonly chainId: number;
  readonly batchNumber: number;
  readonly commitment: Hex;
  readonly stateRoot: Hex;
  /** Program of the batch's proof, and the proof's keccak. */
  readonly program: string;
  readonly proofHash: Hex;
  /** Positions in the hub's state of the facts that the batch imports. */
  readonly facts: readonly number[];
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
