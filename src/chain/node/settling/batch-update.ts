import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { LostChange } from "../../sequencer/replay.ts";
import type { L1Trouble } from "../../settlement/l1-sender/l1-retry.ts";
import type { SettlementError } from "../../settlement/errors/settlement-error.ts";
import type { OperationsOrigin } from "../inflow/l1-inputs.ts";
import type { BatchProving } from "./batch-proving.ts";
import type { SettledBatch } from "./settled-batch.ts";

/** Result of a rebuild of batches. */
export interface Resealed {
  readonly firstBatch: bigint;
  /** Confirmed transactions that can no longer be in a block. */
  readonly lost: readonly LostChange[];
}

/** Update of a batch in settlement. */
type PendingBatchUpdate =
  /** The proof of a batch enters another phase, or is sent to L1. */
  | { readonly type: "proving"; readonly proving: BatchProving }
  /** L1 has executed a batch. */
  | { readonly type: "settled"; readonly batch: SettledBatch };

/** Update of a chain's settlement, for the chain's link to L1. */
export type SettlingUpdate =
  | PendingBatchUpdate
  /** Settlement waits for L1, for money or for signers; undefined if it continues. */
  | { readonly type: "trouble"; readonly trouble: L1Trouble | undefined }
  /**
   * L1, or the validators, refuse a batch for its time, or for the version that results from it. Everything waits until `resume`
   * or `giveUp` is called.
   */
  | { readonly type: "refused"; readonly refusal: SettlementError }
  /** Settlement has stopped, and continues only from an earlier state. */
  | { readonly type: "stopped"; readonly error: unknown };

/** Update of a chain's batches in settlement, and of the exchange with L1 on which they depend. */
export type BatchUpdate =
  | PendingBatchUpdate
  /** Batches were rebuilt because L1 refused them, or because a user requested it. */
  | { readonly type: "resealed"; readonly resealed: Resealed }
  /** An imported fact is void: L1 will not show it to the chain, or did not in time. `peer`: chain of the fact or link. */
  | { readonly type: "factVoid"; readonly index: bigint; readonly peer: ChainId | undefined }
  /** The chain waits for L1, which it retries, for this reason; undefined if it continues. */
  | { readonly type: "waiting"; readonly reason: string | undefined }
  /** L1 has queued an operation. */
  | { readonly type: "queued"; readonly operation: OperationsOrigin };
