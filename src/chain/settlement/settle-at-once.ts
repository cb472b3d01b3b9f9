import type { BatchNumber } from "../../ground/protocol/ids.ts";
import { decodeShown } from "../../ground/protocol/shown-execution.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { PostingPolicy, SettlementBatch } from "./batch/settlement-batch.ts";
import { atDepth, findExecutedBatch } from "./l1-sender/chain-reader.ts";
import { foundForGood, type SenderContext } from "./l1-sender/sender-context.ts";
import { settleBatch, executionStage, type SettledOnL1 } from "./l1-sender/settle.ts";
import { batchReplaced, type SettlementRun, type SettlementWay, type SettlingBatch, type TrackStages } from "./settlement-run.ts";

/** Stages of a batch of a chain without a quorum, which has no second check. */
const STAGES = ["commit", "prove", "execute"] as const;
/** Others may settle while a proof is made. */
const LOOK_MS = 2_000;

/**
 * Settles the batches of a chain without a quorum on L1, in order: each by one call that commits, proves and executes it,
 * and one before that stores its proof if there is no room for it. If another account settles a batch first, that one's
 * record counts, and the proof of this one is abandoned. The next batch must not be submitted before, because its
 * commitment depends on L1's record.
 */
export class AtOnceWay<Batch extends SettlementBatch> implements SettlementWay<Batch> {
  readonly #run: SettlementRun<Batch>;
  readonly #posting: PostingPolicy;

  constructor(run: SettlementRun<Batch>, posting: PostingPolicy) {
    this.#run = run;
    this.#posting = posting;
  }

  submit(batch: Batch, earlier: SettlingBatch | undefined, track: TrackStages): SettlingBatch {
    const executed = track(this.#settle(batch, earlier?.executed), "uncommitted", "unproven", "unexecuted");
    return { committed: executed, proven: executed, executed };
  }

  async #settle(batch: Batch, previous: Promise<StoredBatch> | undefined): Promise<StoredBatch> {
    const { context, stopped, tell, totals, last } = this.#run;
    const { batchNumber } = batch.outputs;
    const before = (await previous) ?? last;
    const already = await foundForGood(context, executionStage(context, batchNumber));
    if (already !== undefined) return this.#done(batch, { stored: already });
    const next = previous === undefined ? totals.executed : before.batchNumber + 1n;
    if (batchNumber !== next) throw batchReplaced(batchNumber, next);
    const proof = await unlessSettled(context, batchNumber, stopped.guard(this.#dueProof(batch)));
    if (!(proof instanceof Uint8Array)) return this.#done(batch, { stored: proof });
    tell({ type: "posting", batchNumber });
    const shown = decodeShown(proof);
    return this.#done(batch, await settleBatch(context, batch, { previous: before, shown, posting: this.#posting }));
  }

  /** Proof of an earlier process, or a new one, after the chain's pace releases it. */
  async #dueProof(batch: Batch): Promise<Uint8Array> {
    const proof = await this.#run.proofOf(batch).bytes();
    await this.#run.proofs.awaitDue?.(batch.outputs);
    return proof;
  }

  async #done(batch: Batch, { stored, receipt, proving }: SettledOnL1): Promise<StoredBatch> {
    const { tell } = this.#run;
    const { batchNumber } = stored;
    await this.#run.noteStored(stored);
    await this.#run.noteStage("execute", batchNumber, receipt);
    if (stored.commitment !== batch.commitment) tell({ type: "settledByOther", batchNumber });
    const receipts = { commit: receipt, prove: proving, execute: receipt };
    for (const stage of STAGES) tell({ type: "stage", stage, batchNumber, stored, receipt: receipts[stage] });
    return stored;
  }
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
