import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { Mempool } from "../mempool/mempool.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { Admission } from "./admission.ts";
import type { BatchBuilder } from "./batch-builder.ts";
import type { PoolInclusion } from "./pool-inclusion.ts";
import { SequencerError } from "./sequencer-error.ts";
import type { UnpaidWork } from "./unpaid-work.ts";
import type { WaitingPool } from "./waiting-pool.ts";

interface LoneBatchDependencies {
  readonly mempool: Mempool;
  readonly admission: Admission | undefined;
  readonly builder: BatchBuilder;
  readonly pool: PoolInclusion;
  readonly waiting: WaitingPool;
  readonly unpaid: UnpaidWork;
}

/** Batch that contains only what one caller puts there, while all other work on the chain waits (`Sequencer.alone`). */
export class LoneBatch {
  readonly #dependencies: LoneBatchDependencies;
  #fault: { readonly error: unknown } | undefined;

  constructor(dependencies: LoneBatchDependencies) {
    this.#dependencies = dependencies;
  }

  /** Imports of the open batch, which `begin` ends. */
  get openImports(): readonly ImportedRoot[] {
    return this.#dependencies.builder.batch?.importedRoots ?? [];
  }

  /** Takes a transaction into the pool. Rejects with MempoolError or SequencerError if it could not be the sender's next one. */
  async admit(transaction: SignedTransaction): Promise<void> {
    const { mempool, admission, waiting, unpaid } = this.#dependencies;
    const { from, hash } = transaction;
    const refusal = admission?.refusal(transaction);
    if (refusal !== undefined) throw refusal;
    const isReady = await mempool.add(transaction);
    const isNext = mempool.line.find((each) => each.from === from)?.hash === hash;
    if (isReady && isNext && !unpaid.holds(from)) return;
    waiting.drop(hash);
    throw new SequencerError("NotExecutable", `earlier transactions of ${from} wait, or were refused; send this one after them`);
  }

  /** Takes an admitted transaction out of the pool. */
  withdraw({ hash }: SignedTransaction): void {
    this.#dependencies.waiting.drop(hash);
  }

  /** Ends the open batch. Resolves with the number of the next one. */
  async begin(): Promise<BatchNumber> {
    const { builder } = this.#dependencies;
    await this.#onChain(() => builder.seal());
    return builder.batchNumber;
  }

  importRoots(roots: readonly ImportedRoot[]): Promise<void> {
    return this.#onChain(() => this.#dependencies.builder.importRoots(roots));
  }

  /** Makes a block of an admitted transaction, unless the chain refuses it. */
  include(transaction: SignedTransaction): Promise<void> {
    return this.#onChain(() => this.#dependencies.pool.produceOnly(transaction));
  }

  /** Ends the batch. Undefined if none is open. */
  seal(): Promise<SealedBatch | undefined> {
    return this.#onChain(() => this.#dependencies.builder.seal());
  }

  /** Throws the fault that stopped the chain during the work, also if the caller has handled it. */
  requireSound(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  async #onChain<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      this.#fault ??= { error };
      throw error;
    }
  }
}
