import type { TransactionReceipt } from "ethers";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { approvalOf, collectApproval } from "../quorum.ts";
import type { Quorum } from "../quorum.ts";
import { commitBatchOf } from "../settlement-batch.ts";
import type { PostingPolicy, SettlementBatch } from "../settlement-batch.ts";
import { SettlementError } from "../settlement-error.ts";
import { proposeTerms, readSigningView, whyOverdue } from "../signing-view.ts";
import { encodeCommit } from "./batch-calls.ts";
import { findStoredBatch, storedBatchOfReceipt } from "./chain-reader.ts";
import { carryOut } from "./sender-context.ts";
import type { SenderContext } from "./sender-context.ts";

/** A committed batch. `receipt` is undefined where it was found committed. */
export interface Committed {
  readonly stored: StoredBatch;
  readonly receipt: TransactionReceipt | undefined;
}

/**
 * Commits a batch after `previous`, unless L1 has it already. Waits while L1's clock is behind the batch's timestamp.
 * Signatures are asked for anew, on the same batch, when they have expired. Rejects with SettlementError: QuorumUnreachable,
 * BatchOverdue where L1 refuses it for an operation that it leaves waiting, BatchReplaced where another batch has its number, or
 * the transactor's.
 */
export async function commitBatch(
  context: SenderContext,
  batch: SettlementBatch,
  previous: StoredBatch,
  { quorum, posting }: { readonly quorum: Quorum; readonly posting: PostingPolicy },
): Promise<Committed> {
  const done = await carryOut(context, {
    stage: "commit",
    batchNumber: batch.outputs.batchNumber,
    find: () => findCommitted(context, batch),
    async encode() {
      const { answered } = context.patience;
      // Signers may read L1 themselves.
      const label = `signatures of batch ${batch.outputs.batchNumber}`;
      const commit = await answered(label, () => commitBatchOf(batch, posting));
      const view = await readSigningView(context, previous.priorityOpTotal);
      const overdue = whyOverdue(batch, view);
      if (overdue !== undefined) throw new SettlementError("BatchOverdue", overdue);
      const { commitment, outputs } = batch;
      const free = context.approvals.freeFrom({ batchNumber: outputs.batchNumber, commitment, revertCount: view.revertCount });
      const terms = proposeTerms(batch, view, free);
      context.approvals.admit(approvalOf(batch, terms));
      return encodeCommit(previous, commit, await answered(label, () => collectApproval(quorum, context, batch, terms)));
    },
  }).catch(asOverdue);
  if ("found" in done) return { stored: done.found, receipt: undefined };
  return { stored: storedBatchOfReceipt(done.receipt), receipt: done.receipt };
}

/** L1 may find it overdue only once it is there. Throws. */
function asOverdue(error: unknown): never {
  if (!(error instanceof SettlementError) || error.contractError?.name.startsWith("PriorityOpOverdue") !== true) throw error;
  throw new SettlementError("BatchOverdue", error.message, { cause: error, contractError: error.contractError });
}

async function findCommitted(context: SenderContext, batch: SettlementBatch): Promise<StoredBatch | undefined> {
  const { batchNumber } = batch.outputs;
  const stored = await findStoredBatch(context, batchNumber);
  if (stored !== undefined && stored.commitment !== batch.commitment) {
    throw new SettlementError(
      "BatchReplaced",
      `batch ${batchNumber} is committed as ${stored.commitment}, not as ${batch.commitment}; revert it, or resume from L1's`,
    );
  }
  return stored;
}
