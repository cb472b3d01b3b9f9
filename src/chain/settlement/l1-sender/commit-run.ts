import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { SettlementBatch } from "../batch/settlement-batch.ts";
import { readContract, storedBatchesOfReceipt } from "./chain-reader.ts";
import { commitBatch, type CommitOptions, type Committed } from "./commit.ts";
import { JoinedBatches } from "./joined-batches.ts";
import type { SenderContext } from "./sender-context.ts";

/** Sealed batches of a chain, and the transactions that committed several. */
export class CommitRun {
  readonly #context: SenderContext;
  readonly #options: CommitOptions;
  readonly #batches: JoinedBatches<SettlementBatch, Committed>;

  constructor(context: SenderContext, options: CommitOptions) {
    this.#context = context;
    this.#options = options;
    this.#batches = new JoinedBatches({
      // A reorg of L1 may have moved the commit to another second.
      isOnL1: async ({ stored }, batchNumber) =>
        (await readContract<Hex>(context, "storedBatchHash", batchNumber)) === hashStoredBatch(stored),
      resultsIn: (receipt) => storedBatchesOfReceipt(receipt).map((stored) => [stored.batchNumber, { stored, receipt }]),
    });
  }

  /** Notes a batch that waits for its turn. Batches come in their order. */
  add(batch: SettlementBatch): void {
    this.#batches.add(batch.outputs.batchNumber, batch);
  }

  /** Commits the next batch, with later ones that wait. Rejects as `commitBatch`. */
  commit(batch: SettlementBatch, previous: StoredBatch): Promise<Committed> {
    return this.#batches.next(batch.outputs.batchNumber, (following) =>
      commitBatch(this.#context, batch, previous, this.#options, following),
    );
  }
}
