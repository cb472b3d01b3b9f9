import type { TransactionReceipt } from "ethers";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { SettlementStage } from "../../ground/protocol/settlement-stage.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";

/** Update of settlement about a batch, or about its end. */
export type SettlementUpdate =
  /** The proof of a batch is passed to its sender. */
  | { readonly type: "posting"; readonly batchNumber: BatchNumber }
  /** L1 has done a stage; `receipt` is undefined if L1 had done it before. */
  | {
      readonly type: "stage";
      readonly stage: SettlementStage;
      readonly batchNumber: BatchNumber;
      readonly stored: StoredBatch;
      readonly receipt: TransactionReceipt | undefined;
    }
  /** L1 has executed the batch of another account, so that the proof of this one is unnecessary. */
  | { readonly type: "settledByOther"; readonly batchNumber: BatchNumber }
  /** Settlement has stopped without a request, for this reason. No update follows. */
  | { readonly type: "stopped"; readonly error: unknown };
