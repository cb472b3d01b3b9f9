import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { SettlementBatch } from "../batch/settlement-batch.ts";
import { readContract, storedBatchesOfReceipt } from "./chain-reader.ts";
import { commitBatch, type CommitOptions, type Committed } from "./commit.ts";
import type { SenderContext } from "./sender-context.ts";

/**
 * Sealed batches of a chain in order, and the transactions that committed several. The approvals in a call are public, so any
 * account can commit its first batch, and the call fails: then the others that waited are committed alone.
 */
export class CommitRun {
  readonly #context: SenderContext;
  readonly #options: CommitOptions;
  readonly #waiting: SettlementBatch[] = [];
  readonly #committed = new Map<BatchNumber, Committed>();
  /** Last batch that is committed alone, because another account has the approvals of its call. */
  #aloneUntil = -1n;

  constructor(context: SenderContext, options: CommitOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Notes a batch that waits for its turn. Batches come in their order. */
  add(batch: SettlementBatch): void {
    this.#waiting.push(batch);
  }

  /** Commits the next batch, with later ones that wait. Rejects as `commitBatch`. */
  async commit(batch: SettlementBatch, previous: StoredBatch): Promise<Committed> {
    const { batchNumber } = batch.outputs;
    const earlier = this.#committed.get(batchNumber);
    if (earlier !== undefined && (await this.#isOnL1(earlier))) return this.#done(batchNumber, earlier);
    const waiting = batchNumber > this.#aloneUntil ? this.#waiting : [];
    const following = waiting.filter(({ outputs }) => outputs.batchNumber > batchNumber);
    const committed = await commitBatch(this.#context, batch, previous, this.#options, following);
    const { receipt } = committed;
    // Its copy of the next call's beginning would cost this account the whole call again.
    if (receipt === undefined) this.#aloneUntil = following.at(-1)?.outputs.batchNumber ?? this.#aloneUntil;
    for (const stored of receipt === undefined ? [] : storedBatchesOfReceipt(receipt))
      this.#committed.set(stored.batchNumber, { stored, receipt });
    return this.#done(batchNumber, committed);
  }

  /** False if a reorg of L1 has moved the commit to another second, or dropped it. */
  async #isOnL1({ stored }: Committed): Promise<boolean> {
    return (await readContract<Hex>(this.#context, "storedBatchHash", stored.batchNumber)) === hashStoredBatch(stored);
  }

  #done(batchNumber: BatchNumber, committed: Committed): Committed {
    this.#committed.delete(batchNumber);
    while (this.#waiting[0] !== undefined && this.#waiting[0].outputs.batchNumber <= batchNumber) this.#waiting.shift();
    return committed;
  }
}
