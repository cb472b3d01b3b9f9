import type { TransactionReceipt } from "ethers";
import { fromHex, toHex } from "../../ground/protocol/hex.ts";
import type { AggregatedBatch } from "../../ground/protocol/aggregate.ts";
import type { ShownExecution } from "../../ground/protocol/shown-execution.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { Journal } from "./journal/journal.ts";
import { reduceJournal } from "./journal/progress.ts";
import { readLastStoredBatch, readTotals, type BatchTotals } from "./l1-sender/chain-reader.ts";
import { batchReplaced, confirmation, journaledContext, StopSwitch } from "./settlement-run.ts";
import { ShownProof } from "./shown-proof.ts";
import { CommitRun } from "./l1-sender/commit-run.ts";
import { confirmBatch, isSecondCheckMissing } from "./l1-sender/confirm.ts";
import { ExecutionRun } from "./l1-sender/execution-run.ts";
import { isProven, isProvenOrComing, type Leaving, proveBatch, showBatches } from "./l1-sender/prove.ts";
import type { SettlementStage } from "../../ground/protocol/settlement-stage.ts";
import type { SenderContext } from "./l1-sender/sender-context.ts";
import type { ProvenBatch } from "./pace/proof-pace.ts";
import type { Quorum } from "./signing/quorum.ts";
import type { PostingPolicy, SettlementBatch } from "./batch/settlement-batch.ts";
import { SettlementError } from "./errors/settlement-error.ts";
import type { SettlementUpdate } from "./settlement-update.ts";

interface SettlementOptions {
  readonly quorum: Quorum;
  readonly posting: PostingPolicy;
}

interface SettlementDependencies<Batch extends SettlementBatch> {
  readonly context: Omit<SenderContext, "onBroadcast" | "onApproval" | "requireRunning">;
  readonly journal: Journal;
  /** Makes the batch's proof. Called once for each batch that L1 has not seen proven, immediately after it is submitted. */
  readonly prove: (batch: Batch) => Promise<Uint8Array>;
  /** Submits a batch to L1 with those of other chains; undefined for one that has a separate proof. Default: all have. */
  readonly together?: (batch: Batch) => ShowTogether | undefined;
  /** Resolves when the proof of a committed batch, which is made, is to go to L1. Default: at once. */
  readonly pace?: (batch: ProvenBatch) => Promise<void>;
  readonly onUpdate?: (update: SettlementUpdate) => void;
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

type SendTogether = (
  batches: readonly AggregatedBatch[],
  shown: ShownExecution,
  leaving: Leaving,
) => Promise<TransactionReceipt | undefined>;

/** A batch on its way; each promise rejects with what stopped settlement. */
export interface SettlingBatch {
  readonly committed: Promise<StoredBatch>;
  readonly proven: Promise<StoredBatch>;
  readonly executed: Promise<StoredBatch>;
}

/** Batches that were submitted and have not come through a stage. */
export interface SettlementBacklog {
  readonly uncommitted: number;
  readonly unproven: number;
  readonly unexecuted: number;
}

/** Takes a chain's batches, in order, through commit, prove and execute. */
export interface Settlement<Batch extends SettlementBatch> {
  /** L1's counts when settlement was opened: a chain that resumes submits from `executed` on, or everything again. */
  readonly totals: BatchTotals;
  /** The record of the last batch that was committed when settlement was opened, or the genesis record. */
  readonly last: StoredBatch;
  /** Batches must come in order, from any that is not executed or from an executed one. */
  submit(batch: Batch): SettlingBatch;
  backlog(): SettlementBacklog;
  /** Forgets nothing on L1: what was broadcast may still be mined. Open promises reject with SettlementStopped. */
  close(): Promise<void>;
}

/** Pause between two looks at an L1 whose nodes disagree. */
const LOOK_MS = 1_000;

/** Reads where L1 and the journal stand. Rejects with the provider's error. */
export async function openSettlement<Batch extends SettlementBatch>(
  options: SettlementOptions,
  dependencies: SettlementDependencies<Batch>,
): Promise<Settlement<Batch>> {
  const { journal, prove, together, pace, onUpdate = () => undefined } = dependencies;
  const progress = reduceJournal(journal.entries);
  const stopped = new StopSwitch();
  const context = journaledContext(dependencies.context, { journal, progress, stopped });
  const [totals, last] = await Promise.all([readTotals(context), readLastStoredBatch(context)]);
  const commits = new CommitRun(context, options);
  const executions = new ExecutionRun(context);
  const backlog = { uncommitted: 0, unproven: 0, unexecuted: 0 };
  let tails: SettlingBatch | undefined;
  let closed = false;

  async function done(
    stage: SettlementStage,
    stored: StoredBatch,
    receipt: TransactionReceipt | undefined,
  ): Promise<StoredBatch> {
    await journal.append(confirmation(stage, stored.batchNumber, receipt));
    onUpdate({ type: "stage", stage, batchNumber: stored.batchNumber, stored, receipt });
    return stored;
  }

  /** The batch before, whose record the commit must name. */
  async function recordBefore(batch: Batch, earlier: SettlingBatch | undefined): Promise<StoredBatch> {
    if (earlier !== undefined) return earlier.committed;
    const { batchNumber } = batch.outputs;
    // A batch that L1 has already needs no record before it: it is only found.
    if (batchNumber < totals.committed || last.batchNumber + 1n === batchNumber || totals.committed === 0n) return last;
    throw batchReplaced(batchNumber, totals.committed);
  }

  async function commit(batch: Batch, earlier: SettlingBatch | undefined): Promise<StoredBatch> {
    const previous = await recordBefore(batch, earlier);
    const { stored, receipt } = await commits.commit(batch, previous);
    await journal.append({ type: "stored", batch: stored });
    executions.add({ batch, stored });
    return done("commit", stored, receipt);
  }

  function proofOf(batch: Batch): ShownProof {
    const { outputs, commitment } = batch;
    const earlier = progress.get(outputs.batchNumber)?.proof;
    const earlierProof = earlier?.commitment === commitment ? fromHex(earlier.proof) : undefined;
    return new ShownProof(earlierProof, async () => {
      const made = await prove(batch);
      await journal.append({ type: "proof", batchNumber: outputs.batchNumber, commitment, proof: toHex(made) });
      return made;
    });
  }

  async function showProof(proof: ShownProof, stored: StoredBatch, { isDue, receipt }: DueProof): Promise<StoredBatch> {
    const show = (): Promise<TransactionReceipt | undefined> => proof.shownBy((bytes) => proveBatch(context, stored, bytes));
    if (isDue) {
      onUpdate({ type: "posting", batchNumber: stored.batchNumber });
      return done("prove", stored, await show());
    }
    // Also where an aggregator was late, and its transaction waits to be mined: no proof is made for nothing.
    if (await isProvenOrComing(context, stored)) return done("prove", stored, receipt);
    // It was proven when settlement was opened, and L1 took it back; or the proof of several did not prove it.
    return done("prove", stored, await show());
  }

  /** Executes a batch. L1's terms at that time decide if the second verifier must confirm it first. */
  async function execute(batch: Batch, proof: ShownProof, stored: StoredBatch): Promise<StoredBatch> {
    for (;;) {
      try {
        return done("execute", stored, await executions.execute({ batch, stored }));
      } catch (error) {
        if (!isSecondCheckMissing(error)) throw error;
      }
      const receipt = await proof.shownBy((bytes) => confirmBatch(context, stored, bytes));
      await done("secondCheck", stored, receipt);
      // L1 had confirmed it, and its node that answered about the execution lags.
      if (receipt === undefined) await context.patience.pause(`secondCheck of batch ${stored.batchNumber}`, LOOK_MS);
    }
  }

  function stop(error: unknown): void {
    if (closed) return;
    closed = true;
    stopped.stop(error);
    onUpdate({ type: "stopped", error });
  }

  /** Counts a stage's promise in the backlog, and stops everything when it rejects. */
  function tracked(key: keyof SettlementBacklog, promise: Promise<StoredBatch>): Promise<StoredBatch> {
    backlog[key]++;
    const outcome = stopped.guard(promise);
    outcome.then(
      () => backlog[key]--,
      (error: unknown) => stop(error),
    );
    return outcome;
  }

  return {
    totals,
    last,
    submit(batch) {
      if (closed) return rejectedBatch(stopped);
      const earlier = tails;
      commits.add(batch);
      const committed = tracked("uncommitted", commit(batch, earlier));
      const proof = proofOf(batch);
      const isProvenBefore = batch.outputs.batchNumber < totals.verified;
      const showTogether = isProvenBefore ? undefined : together?.(batch);
      const paced = (): Promise<void> | undefined => pace?.(batch.outputs);
      const due = stopped.guard(
        showTogether === undefined
          ? dueProof(committed, isProvenBefore ? undefined : stopped.guard(proof.bytes()), paced)
          : shownWithOthers(committed, showTogether, { context, paced, onUpdate, proven: () => proven }),
      );
      due.catch(() => undefined);
      const proven = tracked(
        "unproven",
        Promise.all([committed, earlier?.proven]).then(async ([stored]) => showProof(proof, stored, await due)),
      );
      const executed = tracked(
        "unexecuted",
        Promise.all([proven, earlier?.executed]).then(([stored]) => execute(batch, proof, stored)),
      );
      tails = { committed, proven, executed };
      return tails;
    },
    backlog: () => ({ ...backlog }),
    async close() {
      if (closed) return;
      closed = true;
      stopped.stop(new SettlementError("SettlementStopped", "settlement was closed before the batch was through"));
      await Promise.allSettled([tails?.executed]);
    },
  };
}

/** The proof of a committed batch, once it is to go to L1. */
async function dueProof(
  committed: Promise<unknown>,
  proof: Promise<Uint8Array> | undefined,
  paced: () => Promise<void> | undefined,
): Promise<DueProof> {
  // Read after the commit; until then a failure is not unhandled.
  proof?.catch(() => undefined);
  await committed;
  await proof;
  if (proof !== undefined) await paced();
  return { isDue: proof !== undefined };
}

/** Result of a proof of several, which may fail without a reason: the batch's separate proof shows one. */
async function shownWithOthers(
  committed: Promise<StoredBatch>,
  showTogether: ShowTogether,
  by: {
    readonly context: SenderContext;
    readonly onUpdate: (update: SettlementUpdate) => void;
    readonly paced: () => Promise<void> | undefined;
    readonly proven: () => Promise<unknown>;
  },
): Promise<DueProof> {
  const stored = await committed;
  const send: SendTogether = (batches, proof, leaving) => {
    by.onUpdate({ type: "posting", batchNumber: stored.batchNumber });
    return showBatches(by.context, stored, { batches, shown: proof, ...leaving });
  };
  const looks = { isProven: () => isProven(by.context, stored.batchNumber), proven: by.proven };
  return {
    receipt: await showTogether(stored, { due: () => by.paced() ?? Promise.resolve(), send, ...looks }).catch(() => undefined),
  };
}

/** Next step of a committed batch's proof. Both fields are absent if L1 had the proof when settlement was opened. */
interface DueProof {
  /** True if this chain must show the proof. */
  readonly isDue?: boolean;
  /** Receipt of a transaction that has shown it. */
  readonly receipt?: TransactionReceipt | undefined;
}

function rejectedBatch(stopped: StopSwitch): SettlingBatch {
  const never = stopped.guard(new Promise<never>(() => undefined));
  never.catch(() => undefined);
  return { committed: never, proven: never, executed: never };
}
