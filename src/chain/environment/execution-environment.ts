import type { AssetTransfer } from "../../ground/protocol/asset-message.ts";
import type { LeafKind } from "../../ground/protocol/domain-tags.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, BlockNumber, ChainId, OperationHash } from "../../ground/protocol/ids.ts";
import type { L2CanonicalTransaction } from "../../ground/protocol/priority-op.ts";

/** A step that an environment executes. The package has verified all that comes from L1 and from other chains. */
export type EnvironmentStep<Command> =
  | { readonly type: "command"; readonly command: Command }
  /** An operation of L1's queue. L1 has added the minted amount to the chain's balance, whether the operation succeeds or not. */
  | { readonly type: "operation"; readonly hash: OperationHash; readonly operation: L2CanonicalTransaction }
  /** A transfer from another chain. L1 adds the amount to the chain's balance when it executes the batch. */
  | { readonly type: "arrival"; readonly sourceChainId: ChainId; readonly transfer: AssetTransfer }
  /** A transfer of this chain that L1 refused because no chain had the destination's id. */
  | { readonly type: "refund"; readonly transfer: AssetTransfer };

/** Position of a step in the chain. */
export interface StepPlace {
  readonly batchNumber: BatchNumber;
  /** Each step is one block. */
  readonly block: BlockNumber;
  /** Seconds. */
  readonly timestamp: bigint;
}

/** New value of a leaf of the state tree. */
export interface LeafWrite {
  readonly leafKind: LeafKind;
  /** 160-bit address. */
  readonly address: bigint;
  /** 256-bit slot; 0 unless the kind is storage. */
  readonly slot: bigint;
  readonly value: bigint;
}

/** A transfer out of the chain, to L1 or to another chain. L1 moves the amount out of the chain's balance. */
export interface OutgoingTransfer {
  /** The id of L1 for a withdrawal. */
  readonly destinationChainId: ChainId;
  readonly originChainId: ChainId;
  /** Token on the origin chain, 20 bytes; zero for its native coin. */
  readonly originToken: Hex;
  readonly amount: bigint;
  /** Part of the amount for the account that delivers the transfer. Default 0. */
  readonly fee?: bigint;
  readonly recipient: Hex;
  readonly sender: Hex;
}

/** A message to L1 that moves no assets. */
export interface PlainMessage {
  readonly sender: Hex;
  readonly body: Uint8Array;
}

/** Effects of a step. */
export interface StepEffects<Receipt> {
  readonly writes: readonly LeafWrite[];
  readonly transfers?: readonly OutgoingTransfer[];
  readonly messages?: readonly PlainMessage[];
  /** False if an operation of L1's queue failed. Default true. */
  readonly success?: boolean;
  readonly receipt: Receipt;
}

/**
 * An execution environment. Equal steps must have equal effects in every process. Its operator is trusted for them, as on any
 * trusted chain: no proof shows that a step was executed right. L1 checks that the batch changes the state tree as published and
 * moves no more than the chain's balance.
 */
export interface ExecutionEnvironment<Command, Receipt = unknown, Mark = unknown> {
  readonly name: string;
  /**
   * Executes a step. Throws EnvironmentRefusal, before it changes anything, for a step that its rules do not allow; an operation
   * must not be refused. Any other error stops the chain.
   */
  execute(step: EnvironmentStep<Command>, place: StepPlace): StepEffects<Receipt> | Promise<StepEffects<Receipt>>;
  /** State between two steps. */
  mark(): Mark;
  /** Returns to a mark. */
  returnTo(mark: Mark): void;
}
