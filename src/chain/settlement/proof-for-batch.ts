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
 * Submits a committed batch to L1 in a proof of several. Called in the order of the batches. If it rejects, or L1 then has the
 * batch not proven, the batch gets a separate proof.
 */
export type ShowTogether = (stored: StoredBatch, by: TogetherCalls) => Promise<TransactionReceipt | undefined>;

/** Calls for a committed batch that is shown to L1 with others. */
export interface TogetherCalls {
  /** Asks the chain's pace, which counts the batch from then on. Resolves when that lets it go; another batch may take it. */
  readonly due: () => Promise<void>;
  /** Sends these batches' proof to L1, by a transaction of this chain's operator. */
  readonly send: SendTogether;
  /** True if L1 has the batch proven. */
  readonly isProven: () => Promise<boolean>;
  /** Resolves after L1 has it proven, by this proof or by another one; rejects with the reason why settlement stopped. */
  readonly proven: () => Promise<unknown>;
}

export type SendTogether = (
  batches: readonly AggregatedBatch[],
  execution: ShownExecution,
  leaving: Leaving,
) => Promise<TransactionReceipt | undefined>;
