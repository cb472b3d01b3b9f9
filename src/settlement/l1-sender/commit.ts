import type { TransactionReceipt } from "ethers";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { collectBatchSignatures } from "../quorum.ts";
import type { Quorum } from "../quorum.ts";
import { commitBatchOf } from "../settlement-batch.ts";
import type { PostingPolicy, SettlementBatch } from "../settlement-batch.ts";
import { SettlementError } from "../settlement-error.ts";
import { encodeCommit } from "./batch-calls.ts";
import { findStoredBatch, readContract, storedBatchOfReceipt } from "./chain-reader.ts";
import { carryOut } from "./sender-context.ts";
import type { SenderContext } from "./sender-context.ts";

/** A committed batch. `receipt` is undefined where it was found committed. */
export interface Committed {
  readonly stored: StoredBatch;
  readonly receipt: TransactionReceipt | undefined;
}

/**
 * Commits a batch after `previous`, unless L1 has it already. Waits while L1's clock is behind the batch's timestamp.
 * Rejects with SettlementError: QuorumUnreachable, BatchReplaced where another batch has its number, or the transactor's.
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
      const revertCount = await readContract<bigint>(context, "revertCount");
      const signatures = await answered(label, () => collectBatchSignatures(quorum, context, batch, revertCount));
      return encodeCommit(previous, commit, signatures);
    },
  });
  if ("found" in done) return { stored: done.found, receipt: undefined };
  return { stored: storedBatchOfReceipt(done.receipt), receipt: done.receipt };
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
