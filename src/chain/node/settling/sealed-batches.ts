import type { FormedBatch } from "../../batch/form-batch.ts";
import type { FormedResult } from "../../batch/forming.ts";
import { digestOf } from "../../core/digest-of.ts";
import type { Follower, ReturnReason } from "../../core/follower.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import type { Settling } from "./settling.ts";

type SettlingMark = ReturnType<Settling["mark"]>;

interface SealedBatchesOptions {
  /** Number of the first batch that is followed. */
  readonly firstBatch: BatchNumber;
  /** L1 had executed the batches before this one when the chain began to settle. */
  readonly executed: BatchNumber;
}

interface SealedBatchesDependencies {
  readonly settling: Pick<Settling, "submit" | "mark" | "returnTo" | "withdrawFrom">;
  /** The time of all chains of an ecosystem, where it has one. */
  readonly time: MovableClock | undefined;
}

/**
 * Hands a chain's batches to settlement; one that L1 had executed before only counts. Until `begin` they wait: they are of
 * earlier processes, sealed again while the chain starts.
 */
export class SealedBatches implements Follower<FormedResult, SettlingMark> {
  readonly name = "settlement";
  #executed: BatchNumber;
  readonly #dependencies: SealedBatchesDependencies;
  #next: BatchNumber;
  #waiting: FormedBatch[] | undefined = [];

  constructor({ firstBatch, executed }: SealedBatchesOptions, dependencies: SealedBatchesDependencies) {
    this.#next = firstBatch;
    this.#executed = executed;
    this.#dependencies = dependencies;
  }

  /** Number of the next batch. */
  get next(): BatchNumber {
    return this.#next;
  }

  /** Batches that wait for `begin`. */
  get waiting(): readonly FormedBatch[] {
    return this.#waiting ?? [];
  }

  /** The chain has started. */
  begin(): void {
    const { waiting } = this;
    this.#waiting = undefined;
    for (const batch of waiting) this.#submit(batch);
  }

  /** Called when L1 has executed only the batches before this one: it may have reverted later executions. */
  executedBefore(batchNumber: BatchNumber): void {
    this.#executed = batchNumber;
  }

  on({ formed }: Pick<FormedResult, "formed">): void {
    if (formed === undefined) return;
    this.#next = formed.outputs.batchNumber + 1n;
    if (this.#waiting === undefined) this.#submit(formed);
    else this.#waiting.push(formed);
  }

  /** Marks the sealed batches. A mark for a replay holds none, because rebuilt batches are different ones. */
  mark(reason: ReturnReason): SettlingMark {
    return reason === "redo" ? { nextBatch: this.#next, pending: [] } : this.#dependencies.settling.mark(this.#next);
  }

  /** Returns to a mark. A rebuild by the chain alone withdraws batches; a return with L1 restores them. */
  returnTo(mark: SettlingMark, reason: ReturnReason): void {
    const { settling } = this.#dependencies;
    this.#next = mark.nextBatch;
    if (reason === "redo") settling.withdrawFrom(mark.nextBatch);
    else settling.returnTo(mark);
  }

  digest(): Hex {
    return digestOf(this.#next);
  }

  #submit(batch: FormedBatch): void {
    if (batch.outputs.batchNumber < this.#executed) return;
    const { settling, time } = this.#dependencies;
    if (time !== undefined) bringTo(batch, time);
    settling.submit(batch);
  }
}

/**
 * A user may have put the ecosystem's time back on another member: L1 takes no batch from its future. Where the time cannot be
 * moved, the batch waits.
 */
function bringTo({ outputs }: FormedBatch, time: MovableClock): void {
  const { lastTimestamp } = outputs;
  if (lastTimestamp > time.nowSeconds()) time.moveTo(lastTimestamp).catch(() => undefined);
}
