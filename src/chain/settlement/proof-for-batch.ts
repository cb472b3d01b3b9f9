import type { TransactionReceipt } from "ethers";
import type { AggregatedBatch } from "../../ground/protocol/aggregate.ts";
import type { ShownExecution } from "../../ground/protocol/shown-execution.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { SettlementBatch } from "./batch/settlement-batch.ts";
import type { Leaving } from "./l1-sender/prove.ts";
import type { ProvenBatch } from "./pace/proof-pace.ts";

/** Supplier of a chain's proofs for L1. */
export interface ProofForBatch<Batch extends SettlementBatch> {
  /** Makes the batch's proof. Called once for each batch that L1 has not seen proven, immediately after it is submitted. */
  prove(batch: Batch): Promise<Uint8Array>;
  /** Submits a batch to L1 with those of other chains; undefined for one that has a separate proof. Default: all have. */
  showTogether?(batch: Batch): ShowTogether | undefined;
  /** Resolves when the proof of a committed batch, which is made, must be sent to L1. Default: immediately. */
  awaitDue?(batch: ProvenBatch): Promise<void>;
}

/**
 * Submits a committed batch to L1 in a proof of several. Called in the order of the batches. `send` sends L1 such a proof
 * by this chain's operator. If it rejects, or L1 then has the batch not proven, the batch gets a separate proof.
 */
export type ShowTogether = (
  stored: StoredBatch,
  by: {
    /** Asks the chain's pace, which counts the batch from then on; resolves when that has it go. */
    readonly due: () => Promise<void>;
    readonly send: SendTogether;
    /** Whether L1 has the batch proven. */
    readonly isProven: () => Promise<boolean>;
    /** Resolves once L1 has it proven, by whichever proof; rejects with what stopped settlement. */
    readonly proven: () => Promise<unknown>;
  },
) => Promise<TransactionReceipt | undefined>;

export type SendTogether = (
  batches: readonly AggregatedBatch[],
  shown: ShownExecution,
  leaving: Leaving,
) => Promise<TransactionReceipt | undefined>;
