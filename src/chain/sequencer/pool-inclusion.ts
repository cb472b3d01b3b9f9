import type { BlockEnvironment } from "../block.ts";
import { mostCostOf } from "../mempool/account-view.ts";
import type { Mempool } from "../mempool/mempool.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { SignedTransaction } from "../transaction.ts";
import type { BatchBuilder } from "./batch-builder.ts";
import type { BlockProducer } from "./block-producer.ts";
import type { InclusionWaiters } from "./inclusion.ts";
import { addUnmeasured, NO_TRANSACTIONS } from "./limits.ts";
import type { Unmeasured } from "./limits.ts";
import { hasContent } from "./open-batch.ts";
import { SequencerError } from "./sequencer-error.ts";

export interface PoolInclusionDependencies {
  readonly mempool: Mempool;
  readonly producer: BlockProducer;
  readonly builder: BatchBuilder;
  readonly waiters: InclusionWaiters;
  /** Whether a batch may be sealed now. */
  readonly canSeal: () => boolean;
}

/** Moves transactions from the pool into blocks, past the guard and within the batch's limits. */
export class PoolInclusion {
  readonly #dependencies: PoolInclusionDependencies;
  /** Senders of whom one has been refused: the pool has taken back their later ones, which the engine would keep for itself. */
  readonly #heldUp = new Set<Hex>();

  constructor(dependencies: PoolInclusionDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Makes blocks of what waits, at most so many transactions: one block for those that need no look beforehand, and one
   * for each other. What those before it might leave without funds is the first of a block. Returns false where the batch is
   * full and may not be sealed; the rest then waits in the pool.
   */
  async produce(limit: number): Promise<boolean> {
    const { mempool, producer, builder } = this.#dependencies;
    const taken = mempool.take(limit);
    this.#heldUp.clear();
    // All at once: the guard may have to ask for code. What was found is asked again where it may have changed meanwhile.
    await Promise.all(taken.map((transaction) => producer.judge(transaction)));
    let block: SignedTransaction[] = [];
    let most = NO_TRANSACTIONS;
    const costs = new Map<Hex, bigint>();
    const finishBlock = async (): Promise<void> => {
      await this.#include(block, true);
      block = [];
      most = NO_TRANSACTIONS;
      costs.clear();
    };
    for (const [position, transaction] of taken.entries()) {
      const { from } = transaction;
      if (this.#heldUp.has(from)) continue;
      if (block.length > 0 && !mempool.surelyHas(from, (costs.get(from) ?? 0n) + mostCostOf(transaction))) {
        await finishBlock();
        if (this.#heldUp.has(from)) continue;
      }
      const verdict = await producer.judge(transaction);
      const withThis = addUnmeasured(most, only(transaction));
      if (verdict === "safe" && builder.surelyFits(withThis)) {
        block.push(transaction);
        most = withThis;
        costs.set(from, (costs.get(from) ?? 0n) + mostCostOf(transaction));
        continue;
      }
      await finishBlock();
      if (this.#heldUp.has(from)) continue;
      if (verdict === "hostile") this.#refuse(transaction, hostileCode());
      else if (verdict === "safe" && (await this.#fitsWhenMeasured(transaction))) {
        block = [transaction];
        most = only(transaction);
        costs.set(from, mostCostOf(transaction));
      } else if (!(await this.#includeAlone(transaction, verdict === "safe"))) {
        mempool.putBack(taken.slice(position).filter((later) => !this.#heldUp.has(later.from)));
        return false;
      }
    }
    await this.#include(block, true);
    return true;
  }

  async #fitsWhenMeasured(transaction: SignedTransaction): Promise<boolean> {
    const { builder } = this.#dependencies;
    await builder.measure();
    return builder.surelyFits(only(transaction));
  }

  /** Includes one transaction in a block of its own, if it may be. Returns false where the batch is full and must wait. */
  async #includeAlone(transaction: SignedTransaction, safe: boolean): Promise<boolean> {
    const { builder, producer, canSeal } = this.#dependencies;
    let environment: BlockEnvironment | undefined;
    for (;;) {
      environment = undefined;
      await builder.measure();
      if (safe && builder.surelyFits(only(transaction))) break;
      environment = producer.environment();
      const preview = await producer.inspect(transaction, environment);
      if (!preview.admitted) {
        this.#refuse(transaction, preview.isLoud ? loudCalls() : preview.isLong ? tooManySteps(producer.maxInstructions) : hostileCode());
        return true;
      }
      if (preview.receipt === undefined) {
        this.#refuse(transaction, new SequencerError("NotExecutable", `the transaction is not valid: ${preview.reason}`));
        return true;
      }
      if (builder.fitsAfter(preview)) break;
      if (!hasContent(builder.batch)) {
        const { diffs, diffBytes, codeBytes } = preview.size;
        const reason = `the transaction exceeds what a batch may hold: ${diffs} changes of ${diffBytes} bytes, ${codeBytes} bytes of code`;
        this.#refuse(transaction, new SequencerError("ExceedsBatch", reason));
        return true;
      }
      if (!canSeal()) return false;
      await builder.seal();
    }
    await this.#include([transaction], safe, environment);
    return true;
  }

  /**
   * Makes a block. A transaction that the engine refuses beside others gets a block of its own. `safe`: by the guard. What was
   * inspected runs in the environment in which it was: in another second it could do something else.
   */
  async #include(transactions: readonly SignedTransaction[], safe: boolean, environment?: BlockEnvironment): Promise<void> {
    if (transactions.length === 0) return;
    const { mempool, builder, waiters } = this.#dependencies;
    const { included, refused } = await builder.block(transactions, { areSafe: safe, ...(environment === undefined ? {} : { environment }) });
    for (const transaction of included) {
      if (transaction.kind !== "signed") continue;
      mempool.included(transaction);
      waiters.included(transaction.hash);
    }
    for (const { transaction, reason } of refused) {
      if (transaction.kind !== "signed" || this.#heldUp.has(transaction.from)) continue;
      if (transactions.length > 1) await this.#include([transaction], safe);
      else this.#refuse(transaction, new SequencerError("NotExecutable", reason));
    }
  }

  #refuse(transaction: SignedTransaction, error: SequencerError): void {
    this.#heldUp.add(transaction.from);
    const { mempool, waiters } = this.#dependencies;
    // Those behind it have been taken in, like any that come before their nonce is there: nobody waits for their block.
    for (const later of mempool.refused(transaction)) waiters.included(later.hash);
    waiters.refused(transaction.hash, error);
  }
}

function only({ gasLimit }: SignedTransaction): Unmeasured {
  return { transactions: 1, gas: gasLimit };
}

function loudCalls(): SequencerError {
  return new SequencerError("CallDataTooLarge", "the transaction's calls pass on more data than this chain's engine can hold");
}

function tooManySteps(limit: number): SequencerError {
  return new SequencerError("TooManySteps", `the transaction runs more than ${limit} instructions, which this chain's engine is not to hold; divide its work, or raise maxInstructions in the chain's options`);
}

function hostileCode(): SequencerError {
  return new SequencerError(
    "HostileCode",
    "the transaction runs or deploys code that begins with an incomplete PUSH20, which this chain's engine cannot run",
  );
}
