import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { PostingPolicy, SettlementBatch } from "./batch/settlement-batch.ts";
import { SettlementError } from "./errors/settlement-error.ts";
import type { BatchTotals } from "./l1-sender/chain-reader.ts";
import { AtOnceWay } from "./settle-at-once.ts";
import { StagedWay } from "./settle-in-stages.ts";
import {
  SettlementRun,
  type SettlementBacklog,
  type SettlementDependencies,
  type SettlementWay,
  type SettlingBatch,
} from "./settlement-run.ts";
import type { Quorum } from "./signing/quorum.ts";

interface SettlementOptions {
  /** Signers of the chain's batches; undefined for a chain without a quorum, which settles each batch at once. */
  readonly quorum: Quorum | undefined;
  readonly posting: PostingPolicy;
}

/** Reads where L1 and the journal stand. Rejects with the provider's error. */
export async function openSettlement<Batch extends SettlementBatch>(
  { quorum, posting }: SettlementOptions,
  dependencies: SettlementDependencies<Batch>,
): Promise<Settlement<Batch>> {
  const run = await SettlementRun.open(dependencies, { isAtDepth: quorum === undefined });
  return new Settlement(run, quorum === undefined ? new AtOnceWay(run, posting) : new StagedWay(run, { quorum, posting }));
}

/** Takes a chain's batches, in order, to their execution on L1. */
export class Settlement<Batch extends SettlementBatch> {
  readonly #run: SettlementRun<Batch>;
  readonly #way: SettlementWay<Batch>;
  readonly #backlog = { uncommitted: 0, unproven: 0, unexecuted: 0 };
  /** The last batch that was submitted. */
  #tail: SettlingBatch | undefined;
  #closed = false;

  constructor(run: SettlementRun<Batch>, way: SettlementWay<Batch>) {
    this.#run = run;
    this.#way = way;
  }

  /** L1's counts when settlement was opened: a chain that resumes submits from `executed` on, or everything again. */
  get totals(): BatchTotals {
    return this.#run.totals;
  }

  /** The record of the last batch that was committed when settlement was opened, or the genesis record. */
  get last(): StoredBatch {
    return this.#run.last;
  }

  /** Batches must come in order, from any that is not executed or from an executed one. */
  submit(batch: Batch): SettlingBatch {
    if (this.#closed) return this.#rejectedBatch();
    this.#tail = this.#way.submit(batch, this.#tail, (stage, ...unfinished) => this.#tracked(stage, unfinished));
    return this.#tail;
  }

  backlog(): SettlementBacklog {
    return { ...this.#backlog };
  }

  /** Forgets nothing on L1: what was broadcast may still be mined. Open promises reject with SettlementStopped. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#run.stopped.stop(new SettlementError("SettlementStopped", "settlement was closed before the batch was through"));
    await Promise.allSettled([this.#tail?.executed]);
  }

  /** Counts a stage's promise in the backlog, and stops everything when it rejects. */
  #tracked(stage: Promise<StoredBatch>, unfinished: readonly (keyof SettlementBacklog)[]): Promise<StoredBatch> {
    const count = (by: number): void => {
      for (const key of unfinished) this.#backlog[key] += by;
    };
    count(1);
    const outcome = this.#run.stopped.guard(stage);
    outcome.then(
      () => count(-1),
      (error: unknown) => this.#stop(error),
    );
    return outcome;
  }

  #stop(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#run.stopped.stop(error);
    this.#run.tell({ type: "stopped", error });
  }

  #rejectedBatch(): SettlingBatch {
    const never = this.#run.stopped.guard(new Promise<never>(() => undefined));
    never.catch(() => undefined);
    return { committed: never, proven: never, executed: never };
  }
}
