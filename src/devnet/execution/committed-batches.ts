import type { Hex } from "../../protocol/hex.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import type { L1Event } from "../../settlement-layer/reader/l1-event.ts";
import type { L1Poll } from "../../settlement-layer/reader/l1-watcher.ts";

/** A batch that L1 has, and how far L1 is with it. */
export interface FoundCommit {
  readonly record: StoredBatch;
  readonly stage: "committed" | "proven" | "executed";
}

/** A chain's batches as L1 has them now, by its events: those that are taken back, by the quorum or by a reorg, are gone. */
export class CommittedBatches {
  readonly #batches = new Map<bigint, FoundCommit>();

  get(batchNumber: bigint): FoundCommit | undefined {
    return this.#batches.get(batchNumber);
  }

  /** In the order of their numbers. */
  all(): readonly FoundCommit[] {
    return [...this.#batches.values()];
  }

  /** Takes what a watcher found that reads all again after a reorg (`checkpointLimit` 1). */
  take({ events, reorg }: Pick<L1Poll, "events" | "reorg">): void {
    if (reorg !== undefined) this.#batches.clear();
    for (const event of events) this.#apply(event);
  }

  /** A batch that is not needed any more. */
  forget(batchNumber: bigint): void {
    this.#batches.delete(batchNumber);
  }

  /** Others say nothing of batches. */
  #apply(event: L1Event): void {
    if (event.type === "batchCommitted")
      this.#batches.set(event.stored.batchNumber, { record: event.stored, stage: "committed" });
    else if (event.type === "batchProven") this.#goOn(event, "proven");
    else if (event.type === "batchExecuted") this.#goOn(event, "executed");
    else if (event.type === "batchesReverted") this.#goBack(event);
  }

  #goBack({ committed, verified }: Pick<Extract<L1Event, { type: "batchesReverted" }>, "committed" | "verified">): void {
    for (const [number, { record }] of this.#batches) {
      if (number >= committed) this.#batches.delete(number);
      else if (number >= verified) this.#batches.set(number, { record, stage: "committed" });
    }
  }

  #goOn(
    { batchNumber, commitment }: { readonly batchNumber: bigint; readonly commitment: Hex },
    stage: FoundCommit["stage"],
  ): void {
    const batch = this.#batches.get(batchNumber);
    if (batch?.record.commitment === commitment) this.#batches.set(batchNumber, { record: batch.record, stage });
  }
}
