import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { SettlementStage } from "../../../ground/protocol/settlement-stage.ts";
import type { SettlementBacklog } from "../../settlement/settlement-run.ts";
import type { PendingBatch } from "./pending-batch.ts";
import type { SettledBatch } from "./settled-batch.ts";

/** Results of executed batches that are remembered. */
const MAX_REMEMBERED = 32;

/** A chain's sealed batches that L1 has not executed, and what waits for each. */
export class BatchesUnderWay {
  readonly #pending = new Map<bigint, PendingBatch>();
  readonly #outcomes = new Map<bigint, Promise<SettledBatch>>();
  /** Batches whose numbers others will have. */
  readonly #withdrawn = new Map<bigint, PendingBatch[]>();

  /** Pending batches by number. */
  get pending(): ReadonlyMap<bigint, PendingBatch> {
    return this.#pending;
  }

  take(waiting: PendingBatch): void {
    const { batchNumber } = waiting.batch.outputs;
    this.#pending.set(batchNumber, waiting);
    this.#outcomes.set(batchNumber, waiting.outcome);
    for (const former of this.#withdrawn.get(batchNumber) ?? []) former.succeededBy(waiting);
    this.#withdrawn.delete(batchNumber);
  }

  /** Restores a batch's earlier state. Its waiting callers continue to wait. */
  restoreBatch(then: PendingBatch): void {
    const now = this.#pending.get(then.batch.outputs.batchNumber);
    this.take(now?.batch === then.batch && !now.isOver ? now.returnTo(then) : then.copy());
  }

  /** Rejects with RangeError for a batch that was never taken, or was executed long ago. */
  outcome(batchNumber: BatchNumber): Promise<SettledBatch> {
    const unknown = (): Promise<never> =>
      Promise.reject(new RangeError(`batch ${batchNumber} is not sealed, or was executed long ago`));
    return this.#outcomes.get(batchNumber) ?? unknown();
  }

  /** L1 has executed it. Undefined where no process of this chain has made its proof. */
  executed(waiting: PendingBatch, stored: StoredBatch): SettledBatch | undefined {
    const { batchNumber } = waiting.batch.outputs;
    this.#pending.delete(batchNumber);
    this.#outcomes.delete(batchNumber - BigInt(MAX_REMEMBERED));
    return waiting.resolve(stored);
  }

  /** Lets callers that wait for one of the batches from this one wait for the next of its number. */
  withdrawFrom(batchNumber: BatchNumber): void {
    for (const [number, batch] of this.#pending) {
      if (number < batchNumber) continue;
      this.#pending.delete(number);
      this.#withdrawn.set(number, [...(this.#withdrawn.get(number) ?? []), batch]);
    }
  }

  /** Forgets the batches from this one; callers that wait for the batch of a number get that number's error. */
  forgetFrom(batchNumber: BatchNumber, lostWith: (number: bigint) => unknown): void {
    for (const number of [...this.#outcomes.keys()].filter((other) => other >= batchNumber)) {
      this.#outcomes.delete(number);
      for (const lost of [this.#pending.get(number), ...(this.#withdrawn.get(number) ?? [])]) lost?.reject(lostWith(number));
      this.#pending.delete(number);
      this.#withdrawn.delete(number);
    }
  }

  /** Ends all waiting; the batches stay where they are. */
  rejectAll(error: unknown): void {
    for (const batch of [...this.#pending.values(), ...[...this.#withdrawn.values()].flat()]) batch.reject(error);
  }

  /** Forgets withdrawn batches, which are not rebuilt. */
  forgetWithdrawn(): void {
    this.#withdrawn.clear();
  }

  /** Copies of the batches before `next`, in their current state. */
  copiesBefore(next: bigint): readonly PendingBatch[] {
    return [...this.#pending].flatMap(([number, batch]) => (number < next ? [batch.copy()] : []));
  }

  inOrder(): readonly PendingBatch[] {
    return [...this.#pending.values()].sort((a, b) => Number(a.batch.outputs.batchNumber - b.batch.outputs.batchNumber));
  }

  uncommitted(): readonly bigint[] {
    return [...this.#pending].filter(([, batch]) => !batch.isThrough("commit")).map(([number]) => number);
  }

  backlog(): SettlementBacklog {
    const batches = [...this.#pending.values()];
    const without = (stage: SettlementStage): number => batches.filter((batch) => !batch.isThrough(stage)).length;
    return { uncommitted: without("commit"), unproven: without("prove"), unexecuted: batches.length };
  }
}
