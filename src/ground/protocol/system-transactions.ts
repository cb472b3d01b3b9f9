import type { BlockHashChain } from "./block-hashes.ts";
import type { BatchOutputs } from "./outputs.ts";
import type { ImportedRoot } from "./rolling-hash.ts";
import type { Hex } from "./hex.ts";
import type { BatchNumber, OperationHash } from "./ids.ts";
import type { L2CanonicalTransaction } from "./priority-op.ts";

/** A transaction that the chain itself sends; the sequencer adds the sender's nonce. */
export interface SystemRequest {
  readonly from: Hex;
  readonly to: Hex | undefined;
  readonly valueWei: bigint;
  readonly data: Hex;
  readonly gasLimit: bigint;
  /** Hash of the priority operation whose transaction this is. */
  readonly canonicalTxHash?: OperationHash;
}

/** Result of a priority operation's transaction. */
export interface OperationOutcome {
  /** Whether it was paid out and ran; where the verdict was against it, nothing was. */
  readonly ran: boolean;
  readonly success: boolean;
  /** Charged gas: part of its gas, or none if it was invalid. */
  readonly gasUsed: bigint;
}

/** Priority operation as steps of its execution. */
export interface PriorityOperation {
  /** keccak of the encoded operation: its name on L1 and on L2. */
  readonly canonicalTxHash: OperationHash;
  /** Operation in L1's queue, from which the steps are derived; absent if the chain stores nothing beyond its process. */
  readonly queued?: L2CanonicalTransaction;
  /** Price that L1 charged for each gas; absent for 0. */
  readonly gasPriceWei?: bigint;
  /** Pays the value out of the base token's reserve, where it runs; must succeed. Empty where there is nothing to pay. */
  readonly payout: readonly SystemRequest[];
  /** From the aliased sender; may fail. */
  readonly operation: SystemRequest;
  /** Refunds, and logs the result; must succeed. */
  readonly conclusion: (outcome: OperationOutcome) => readonly SystemRequest[];
}

/** The transaction that opens a batch. */
export const OPENING = "function openBatch(uint64 batchNumber, uint64 since, address coinbase)";

/** Transactions that inform the chain's predeploys. Each must succeed, or the chain stops. */
export interface SystemTransactions {
  /**
   * Opens a batch. `hashesSince` is the first block whose hash its transactions can read; `coinbase` gets the fees of all
   * of its blocks.
   */
  opening(batchNumber: BatchNumber, hashesSince: bigint, coinbase: Hex): readonly SystemRequest[];
  /** Imports roots of other chains, at most 256 a batch. */
  imports(roots: readonly ImportedRoot[]): readonly SystemRequest[];
  /**
   * Closes a batch: computes the outputs' hash on L2, writes it to the outputs slot and clears the messenger. `outputs`
   * is what L1 would compute if the closing sent nothing itself; the hash written must be that with what it sends.
   * `blockHashes` are those up to the block before the closing one.
   */
  closing(outputs: BatchOutputs, blockHashes: BlockHashChain): SystemRequest;
}
