import { fromHex, toHex } from "../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import { decodeShown } from "../../ground/protocol/shown-execution.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { PostingPolicy, SettlementBatch } from "./batch/settlement-batch.ts";
import { SettlementError } from "./errors/settlement-error.ts";
import { reduceJournal } from "./journal/progress.ts";
import { atDepth, findExecutedBatch, readLastStoredBatch, readTotals } from "./l1-sender/chain-reader.ts";
import { foundForGood, type SenderContext } from "./l1-sender/sender-context.ts";
import { settleBatch, unlessExecuted, type SettledOnL1 } from "./l1-sender/settle.ts";
import { batchReplaced, confirmation, journaledContext, StopSwitch } from "./settlement-run.ts";
import type { openSettlement, Settlement, SettlingBatch } from "./settlement.ts";

type Dependencies<Batch extends SettlementBatch> = Omit<Parameters<typeof openSettlement<Batch>>[1], "together">;

/** Stages of a batch of a chain without a quorum, which has no second check. */
const STAGES = ["commit", "prove", "execute"] as const;
/** Others may settle while a proof is made. */
const LOOK_MS = 2_000;

/**
 * Settles the batches of a chain without a quorum on L1, in order: each by one call that commits, proves and executes it,
 * and one before that stores its proof if there is no room for it. If another account settles a batch first, that one's
 * record counts, and the proof of this one is abandoned. The next batch must not be submitted before, because its
 * commitment depends on L1's record. Rejects with the provider's error.
 */
export async function openSettlementAtOnce<Batch extends SettlementBatch>(
  { posting }: { readonly posting: PostingPolicy },
  dependencies: Dependencies<Batch>,
): Promise<Settlement<Batch>> {
  const { journal, onUpdate = () => undefined } = dependencies;
  const progress = reduceJournal(journal.entries);
  const stopped = new StopSwitch();
  const context = journaledContext(dependencies.context, { journal, progress, stopped });
  const settled = await atDepth(context, context.confirmations);
  const [totals, last] = await Promise.all([readTotals(settled), readLastStoredBatch(settled)]);
  let unexecuted = 0;
  let tail: Promise<StoredBatch> | undefined;
  let closed = false;

  async function done(batch: Batch, { stored, receipt, proving }: SettledOnL1): Promise<StoredBatch> {
    const { batchNumber } = stored;
    await journal.append({ type: "stored", batch: stored });
    await journal.append(confirmation("execute", batchNumber, receipt));
    if (stored.commitment !== batch.commitment) onUpdate({ type: "settledByOther", batchNumber });
    const receipts = { commit: receipt, prove: proving, execute: receipt };
    for (const stage of STAGES) onUpdate({ type: "stage", stage, batchNumber, stored, receipt: receipts[stage] });
    return stored;
  }

  async function settle(batch: Batch, previous: Promise<StoredBatch> | undefined): Promise<StoredBatch> {
    const { batchNumber } = batch.outputs;
    const before = (await previous) ?? last;
    const already = await foundForGood(context, unlessExecuted(context, batchNumber));
    if (already !== undefined) return done(batch, { stored: already });
    requireNext(batchNumber, previous === undefined ? totals.executed : before.batchNumber + 1n);
    const proof = await unlessSettled(context, batchNumber, stopped.guard(dueProof(batch, progress, dependencies)));
    if (!(proof instanceof Uint8Array)) return done(batch, { stored: proof });
    onUpdate({ type: "posting", batchNumber });
    return done(batch, await settleBatch(context, batch, { previous: before, shown: decodeShown(proof), posting }));
  }

  return {
    totals,
    last,
    submit(batch): SettlingBatch {
      unexecuted++;
      const executed = stopped.guard(closed ? new Promise<never>(() => undefined) : settle(batch, tail));
      executed.then(
        () => unexecuted--,
        (error: unknown) => {
          if (closed) return;
          closed = true;
          stopped.stop(error);
          onUpdate({ type: "stopped", error });
        },
      );
      tail = executed;
      return { committed: executed, proven: executed, executed };
    },
    backlog: () => ({ uncommitted: unexecuted, unproven: unexecuted, unexecuted }),
    async close() {
      if (closed) return;
      closed = true;
      stopped.stop(new SettlementError("SettlementStopped", "settlement was closed before the batch was through"));
      await Promise.allSettled([tail]);
    },
  };
}

/** Proof of an earlier process, or a new one, after the chain's pace releases it. */
async function dueProof<Batch extends SettlementBatch>(
  batch: Batch,
  progress: ReturnType<typeof reduceJournal>,
  { journal, prove, pace }: Pick<Dependencies<Batch>, "journal" | "prove" | "pace">,
): Promise<Uint8Array> {
  const { commitment, outputs } = batch;
  const { batchNumber } = outputs;
  const kept = progress.get(batchNumber)?.proof;
  const isKept = kept?.commitment === commitment;
  const proof = isKept ? fromHex(kept.proof) : await prove(batch);
  if (!isKept) await journal.append({ type: "proof", batchNumber, commitment, proof: toHex(proof) });
  await pace?.(outputs);
  return proof;
}

function requireNext(batchNumber: bigint, next: bigint): void {
  if (batchNumber !== next) throw batchReplaced(batchNumber, next);
}

/** The proof, or the record of the batch where L1 has it before there is one. */
function unlessSettled(
  context: SenderContext,
  batchNumber: BatchNumber,
  proof: Promise<Uint8Array>,
): Promise<Uint8Array | StoredBatch> {
  let isOver = false;
  const look = async (): Promise<StoredBatch> => {
    for (;;) {
      await context.patience.pause("a look for others who settle", LOOK_MS);
      // The proof exists, or has failed.
      if (isOver) return new Promise<never>(() => undefined);
      const found = await findExecutedBatch(await atDepth(context, context.confirmations), batchNumber);
      if (found !== undefined) return found;
    }
  };
  return Promise.race([proof, look()]).finally(() => (isOver = true));
}
