import type { TransactionReceipt } from "ethers";
import type { SettlementStage } from "../../ground/protocol/settlement-stage.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { SettlementBatch } from "./batch/settlement-batch.ts";
import type { CommitOptions } from "./l1-sender/commit.ts";
import { CommitRun } from "./l1-sender/commit-run.ts";
import { confirmBatch, isSecondCheckMissing } from "./l1-sender/confirm.ts";
import { ExecutionRun } from "./l1-sender/execution-run.ts";
import { isProven, isProvenOrComing, proveBatch, showBatches } from "./l1-sender/prove.ts";
import type { SendTogether, ShowTogether } from "./proof-for-batch.ts";
import { batchReplaced, type SettlementRun, type SettlementWay, type SettlingBatch, type TrackStages } from "./settlement-run.ts";
import type { ShownProof } from "./shown-proof.ts";

/** Next step of a committed batch's proof. Both fields are absent if L1 had the proof when settlement was opened. */
interface DueProof {
  /** True if this chain must show the proof. */
  readonly isDue?: boolean;
  /** Receipt of a transaction that has shown it. */
  readonly receipt?: TransactionReceipt | undefined;
}

/** Pause between two looks at an L1 whose nodes disagree. */
const LOOK_MS = 1_000;

/** Takes the batches of a chain with a quorum, in order, through commit, prove and execute. */
export class StagedWay<Batch extends SettlementBatch> implements SettlementWay<Batch> {
  readonly #run: SettlementRun<Batch>;
  readonly #commits: CommitRun;
  readonly #executions: ExecutionRun;

  constructor(run: SettlementRun<Batch>, options: CommitOptions) {
    this.#run = run;
    this.#commits = new CommitRun(run.context, options);
    this.#executions = new ExecutionRun(run.context);
  }

  submit(batch: Batch, earlier: SettlingBatch | undefined, track: TrackStages): SettlingBatch {
    this.#commits.add(batch);
    const committed = track(this.#commit(batch, earlier), "uncommitted");
    const proof = this.#run.proofOf(batch);
    const due = this.#run.stopped.guard(this.#dueProof(batch, proof, { committed, proven: () => proven }));
    due.catch(() => undefined);
    const proven = track(
      Promise.all([committed, earlier?.proven]).then(async ([stored]) => this.#showProof(proof, stored, await due)),
      "unproven",
    );
    const executed = track(
      Promise.all([proven, earlier?.executed]).then(([stored]) => this.#execute(batch, proof, stored)),
      "unexecuted",
    );
    return { committed, proven, executed };
  }

  async #commit(batch: Batch, earlier: SettlingBatch | undefined): Promise<StoredBatch> {
    const { stored, receipt } = await this.#commits.commit(batch, await this.#recordBefore(batch, earlier));
    await this.#run.noteStored(stored);
    this.#executions.add({ batch, stored });
    return this.#done("commit", stored, receipt);
  }

  /** The batch before, whose record the commit must name. */
  async #recordBefore(batch: Batch, earlier: SettlingBatch | undefined): Promise<StoredBatch> {
    if (earlier !== undefined) return earlier.committed;
    const { totals, last } = this.#run;
    const { batchNumber } = batch.outputs;
    // A batch that L1 has already needs no record before it: it is only found.
    if (batchNumber < totals.committed || last.batchNumber + 1n === batchNumber || totals.committed === 0n) return last;
    throw batchReplaced(batchNumber, totals.committed);
  }

  /** The proof of a committed batch, once it is to go to L1. A separate one is made from the first call on. */
  async #dueProof(
    batch: Batch,
    proof: ShownProof,
    { committed, proven }: { readonly committed: Promise<StoredBatch>; readonly proven: () => Promise<unknown> },
  ): Promise<DueProof> {
    const { totals, proofs, stopped } = this.#run;
    const isProvenBefore = batch.outputs.batchNumber < totals.verified;
    const showTogether = isProvenBefore ? undefined : proofs.showTogether?.(batch);
    if (showTogether !== undefined) return this.#shownWithOthers(batch, await committed, { showTogether, proven });
    const made = isProvenBefore ? undefined : stopped.guard(proof.bytes());
    // Read after the commit; until then a failure is not unhandled.
    made?.catch(() => undefined);
    await committed;
    if (made === undefined) return {};
    await made;
    await proofs.awaitDue?.(batch.outputs);
    return { isDue: true };
  }

  /** Result of a proof of several, which may fail without a reason: the batch's separate proof shows one. */
  async #shownWithOthers(
    { outputs }: Batch,
    stored: StoredBatch,
    { showTogether, proven }: { readonly showTogether: ShowTogether; readonly proven: () => Promise<unknown> },
  ): Promise<DueProof> {
    const { context, proofs, tell } = this.#run;
    const send: SendTogether = (batches, proof, leaving) => {
      tell({ type: "posting", batchNumber: stored.batchNumber });
      return showBatches(context, stored, { batches, shown: proof, ...leaving });
    };
    const due = (): Promise<void> => proofs.awaitDue?.(outputs) ?? Promise.resolve();
    const looks = { isProven: () => isProven(context, stored.batchNumber), proven };
    return { receipt: await showTogether(stored, { due, send, ...looks }).catch(() => undefined) };
  }

  async #showProof(proof: ShownProof, stored: StoredBatch, { isDue, receipt }: DueProof): Promise<StoredBatch> {
    const { context, tell } = this.#run;
    const show = (): Promise<TransactionReceipt | undefined> => proof.shownBy((bytes) => proveBatch(context, stored, bytes));
    if (isDue === true) {
      tell({ type: "posting", batchNumber: stored.batchNumber });
      return this.#done("prove", stored, await show());
    }
    // Also where an aggregator was late, and its transaction waits to be mined: no proof is made for nothing.
    if (await isProvenOrComing(context, stored)) return this.#done("prove", stored, receipt);
    // It was proven when settlement was opened, and L1 took it back; or the proof of several did not prove it.
    return this.#done("prove", stored, await show());
  }

  /** Executes a batch. L1's terms at that time decide if the second verifier must confirm it first. */
  async #execute(batch: Batch, proof: ShownProof, stored: StoredBatch): Promise<StoredBatch> {
    const { context } = this.#run;
    for (;;) {
      try {
        return await this.#done("execute", stored, await this.#executions.execute({ batch, stored }));
      } catch (error) {
        if (!isSecondCheckMissing(error)) throw error;
      }
      const receipt = await proof.shownBy((bytes) => confirmBatch(context, stored, bytes));
      await this.#done("secondCheck", stored, receipt);
      // L1 had confirmed it, and its node that answered about the execution lags.
      if (receipt === undefined) await context.patience.pause(`secondCheck of batch ${stored.batchNumber}`, LOOK_MS);
    }
  }

  async #done(stage: SettlementStage, stored: StoredBatch, receipt: TransactionReceipt | undefined): Promise<StoredBatch> {
    const { batchNumber } = stored;
    await this.#run.noteStage(stage, batchNumber, receipt);
    this.#run.tell({ type: "stage", stage, batchNumber, stored, receipt });
    return stored;
  }
}
