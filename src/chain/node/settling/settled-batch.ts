import type { TransactionReceipt } from "ethers";
import type { FormedBatch } from "../../batch/form-batch.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { ProofMetrics } from "../../../proofs/prover/job.ts";
import type { SettlementStage } from "../../../ground/protocol/settlement-stage.ts";

/** A batch that L1 has executed, and what it took. */
export interface SettledBatch {
  readonly batch: FormedBatch;
  readonly stored: StoredBatch;
  /** `metrics` are undefined where an earlier process made it. Of no bytes where another account settled the batch by its own. */
  readonly proof: { readonly bytes: number; readonly metrics: ProofMetrics | undefined };
  readonly receipts: Readonly<Partial<Record<SettlementStage, TransactionReceipt>>>;
}
