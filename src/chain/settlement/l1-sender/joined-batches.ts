import type { TransactionReceipt } from "ethers";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";

interface JoinedBatchesPorts<Done> {
  /** True if L1 still has the result of an earlier transaction: a reorg may have moved or dropped it. */
  readonly isOnL1: (done: Done, batchNumber: BatchNumber) => Promise<boolean>;
  /** Results of all batches of a transaction. */
  readonly resultsIn: (receipt: TransactionReceipt) => readonly (readonly [BatchNumber, Done])[];
}

/**
 * Batches of a chain that wait in order for a stage on L1, and results of transactions that did the stage for several. Any
 * account can do the stage for the first batch of a call, which then fails: so the others that waited are done alone.
 */
export class JoinedBatches<Batch, Done extends { readonly receipt: TransactionReceipt | undefined }> {
  readonly #ports: JoinedBatchesPorts<Done>;
  readonly #waiting = new Map<BatchNumber, Batch>();
  readonly #results = new Map<BatchNumber, Done>();
  /** Last batch that is done alone, because another account did one with which it waited. */
  #aloneUntil = -1n;

  constructor(ports: JoinedBatchesPorts<Done>) {
    this.#ports = ports;
  }

  /** Notes a batch that waits for its turn. Batches come in their order. */
  add(batchNumber: BatchNumber, batch: Batch): void {
    this.#waiting.set(batchNumber, batch);
  }

  /** Does the stage for the next batch, unless an earlier transaction did: by `send`, with the batches that it may join. */
  async next(batchNumber: BatchNumber, send: (following: readonly Batch[]) => Promise<Done>): Promise<Done> {
    const earlier = this.#results.get(batchNumber);
    const isDone = earlier !== undefined && (await this.#ports.isOnL1(earlier, batchNumber));
    const done = isDone ? earlier : await this.#send(batchNumber, send);
    this.#results.delete(batchNumber);
    for (const number of [...this.#waiting.keys()]) if (number <= batchNumber) this.#waiting.delete(number);
    return done;
  }

  async #send(batchNumber: BatchNumber, send: (following: readonly Batch[]) => Promise<Done>): Promise<Done> {
    const waiting = batchNumber > this.#aloneUntil ? [...this.#waiting] : [];
    const following = waiting.filter(([number]) => number > batchNumber);
    const done = await send(following.map(([, batch]) => batch));
    // That account can repeat it, and the failing call with several batches would cost this account its gas again.
    if (done.receipt === undefined) this.#aloneUntil = following.at(-1)?.[0] ?? this.#aloneUntil;
    else for (const [number, result] of this.#ports.resultsIn(done.receipt)) this.#results.set(number, result);
    return done;
  }
}
