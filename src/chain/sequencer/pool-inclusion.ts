import type { BlockEnvironment } from "../model/block.ts";
import { mostCostOf } from "../mempool/account-view.ts";
import { MempoolError, type Mempool } from "../mempool/mempool.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import { mostWork } from "../model/work-limits.ts";
import type { Admission } from "./admission.ts";
import type { BatchBuilder } from "./batch-builder.ts";
import type { BlockProducer } from "./block-producer.ts";
import type { InclusionWaiters } from "./inclusion.ts";
import type { LeaderTurns } from "./leader-turns.ts";
import type { Inspection } from "../ordering/block-engine.ts";
import { addUnmeasured, NO_TRANSACTIONS, type Unmeasured } from "../ordering/limits.ts";
import { hasContent } from "../ordering/open-batch.ts";
import { MAX_BEFORE, needsInspection } from "./needs-inspection.ts";
import { provingRefusal } from "./proving-refusal.ts";
import { SequencerError } from "./sequencer-error.ts";
import type { UnpaidWork } from "./unpaid-work.ts";
import { unprovenTarget } from "./unproven-target.ts";

interface PoolInclusionDependencies {
  readonly mempool: Mempool;
  readonly producer: BlockProducer;
  readonly builder: BatchBuilder;
  readonly waiters: InclusionWaiters;
  /** Whether a batch may be sealed now. */
  readonly canSeal: () => boolean;
  /** Whose transactions are taken; undefined while every account's are. */
  readonly admission: () => Admission | undefined;
  readonly unpaid: UnpaidWork;
}

/** Moves transactions from the pool into blocks, inspected if necessary, and within the batch's limits. */
export class PoolInclusion {
  readonly #dependencies: PoolInclusionDependencies;
  /** Senders with a refused transaction: the pool has withdrawn their later ones, which the engine would retain. */
  readonly #heldUp = new Set<Hex>();
  /** The block that is being built. */
  #block: BlockPlan;

  constructor(dependencies: PoolInclusionDependencies) {
    this.#dependencies = dependencies;
    this.#block = this.#emptyBlock();
  }

  /**
   * Makes blocks of waiting transactions, at most `limit`. Those that need no inspection beforehand share a block; one
   * that does is inspected after those before it, and is the first of another block if it cannot follow them. A
   * transaction that those before it might leave without funds is the first of a block. Returns false if the batch is
   * full and may not be sealed; the rest then waits in the pool. So do transactions without room in a leader's turn.
   */
  async produce(limit: number, turns?: Pick<LeaderTurns, "fitting">): Promise<boolean> {
    const { mempool } = this.#dependencies;
    const ready = mempool.take(limit);
    const count = turns?.fitting(ready) ?? ready.length;
    mempool.returnToFront(ready.slice(count));
    return this.#produceOf(ready.slice(0, count));
  }

  /** Makes a block of this transaction if it is ready, and of no other one. */
  async produceOnly(transaction: SignedTransaction): Promise<void> {
    if (this.#dependencies.mempool.takeOnly(transaction)) await this.#produceOf([transaction]);
  }

  async #produceOf(candidates: readonly SignedTransaction[]): Promise<boolean> {
    const { mempool, producer, builder, admission } = this.#dependencies;
    const lists = admission();
    this.#heldUp.clear();
    this.#block = this.#emptyBlock();
    const waiting = new WaitingSenders(this.#dependencies.unpaid);
    for (const [position, transaction] of candidates.entries()) {
      const { from } = transaction;
      if (this.#heldUp.has(from) || waiting.takes(transaction)) continue;
      const { isMetered } = producer.environment();
      const excluded = lists?.refusal(transaction) ?? (isMetered ? unprovenTarget(transaction) : undefined);
      if (excluded !== undefined) {
        this.#refuse(transaction, excluded);
        continue;
      }
      if (!this.#surelyPays(transaction)) {
        await this.#finishBlock();
        if (this.#heldUp.has(from)) continue;
      }
      const isSafe = !needsInspection(transaction, { isMetered, hasLists: lists?.hasLists === true });
      const isPlain = isSafe && this.#block.inspectedIn === undefined;
      if (isPlain ? builder.surelyFits(this.#block.with(transaction)) : await this.#mayFollow(transaction))
        this.#block.add(transaction);
      else if (!(await this.#startBlock(transaction, isSafe))) {
        const rest = [...waiting.transactions, ...candidates.slice(position)];
        mempool.returnToFront(rest.filter((later) => !this.#heldUp.has(later.from)));
        return false;
      }
    }
    await this.#finishBlock();
    mempool.returnToFront(waiting.transactions);
    return true;
  }

  #emptyBlock(): BlockPlan {
    return new BlockPlan((transaction) => this.#dependencies.builder.mostOf(transaction));
  }

  async #finishBlock(): Promise<void> {
    const { transactions, inspectedIn } = this.#block;
    this.#block = this.#emptyBlock();
    await this.#include(transactions, inspectedIn === undefined, inspectedIn);
  }

  /** True if the block's transactions leave its sender enough for the transaction, or there are none. */
  #surelyPays(transaction: SignedTransaction): boolean {
    const { from } = transaction;
    if (this.#block.isEmpty) return true;
    return this.#dependencies.mempool.surelyHas(from, this.#block.costOf(from) + mostCostOf(transaction));
  }

  /**
   * Finishes the block, and begins the next one with a transaction that could not follow the others, or includes the transaction
   * alone. Returns false if the batch is full and may not be sealed.
   */
  async #startBlock(transaction: SignedTransaction, isSafe: boolean): Promise<boolean> {
    await this.#finishBlock();
    if (this.#heldUp.has(transaction.from)) return true;
    if (!isSafe || !(await this.#fitsWhenMeasured(transaction))) return this.#includeAlone(transaction, isSafe);
    this.#block.add(transaction);
    return true;
  }

  /**
   * Whether a transaction that must be inspected may run behind those of the block, which are then inspected too: what runs
   * before it decides what it does. Refuses it where it may run in no block.
   */
  async #mayFollow(transaction: SignedTransaction): Promise<boolean> {
    const { builder, producer } = this.#dependencies;
    const block = this.#block;
    if (!block.isShort) return false;
    // What opens a batch comes before its first block.
    await builder.open();
    if (!builder.surelyFits(block.with(transaction))) return false;
    const environment = block.inspectedIn ?? producer.environment();
    const preview = await producer.inspect(transaction, environment, block.transactions);
    if (!preview.admitted) {
      // After nothing it would do the same in a separate block.
      if (block.isEmpty) await this.#refuseRun(transaction, refusalOf(preview, producer.maxInstructions), preview, environment);
      return false;
    }
    if (preview.receipt === undefined) return false;
    if (this.#refusalOfRun(transaction, preview) !== undefined) return false;
    block.inspectedIn = environment;
    return true;
  }

  async #fitsWhenMeasured(transaction: SignedTransaction): Promise<boolean> {
    const { builder } = this.#dependencies;
    await builder.measure();
    return builder.surelyFits(builder.mostOf(transaction));
  }

  /** Includes one transaction in a separate block, if it may be. Returns false if the batch is full and must wait. */
  async #includeAlone(transaction: SignedTransaction, safe: boolean): Promise<boolean> {
    const { builder, producer, canSeal } = this.#dependencies;
    let environment: BlockEnvironment | undefined;
    for (;;) {
      environment = undefined;
      await builder.measure();
      if (safe && builder.surelyFits(builder.mostOf(transaction))) break;
      environment = producer.environment();
      const preview = await producer.inspect(transaction, environment);
      if (!preview.admitted) {
        await this.#refuseRun(transaction, refusalOf(preview, producer.maxInstructions), preview, environment);
        return true;
      }
      if (preview.receipt === undefined) {
        const reason = `the transaction is not valid: ${preview.reason}`;
        await this.#refuseRun(transaction, await this.#notExecutable(transaction, reason), preview, environment);
        return true;
      }
      const excluded = this.#refusalOfRun(transaction, preview);
      if (excluded !== undefined) {
        await this.#refuseRun(transaction, excluded, preview, environment);
        return true;
      }
      if (builder.fitsAfter(preview, [transaction.raw])) break;
      if (!hasContent(builder.batch)) {
        const { diffs, diffBytes, codeBytes } = preview.size;
        const reason =
          `the transaction exceeds what a batch may hold: ${diffs} changes of ${diffBytes} bytes, ${codeBytes} bytes of code, ` +
          `${builder.mostOf(transaction).inputBytes} bytes of inputs`;
        await this.#refuseRun(transaction, new SequencerError("ExceedsBatch", reason), preview, environment);
        return true;
      }
      if (!canSeal()) return false;
      await builder.seal();
    }
    await this.#include([transaction], safe, environment);
    return true;
  }

  /**
   * Makes a block. A transaction that the engine refuses together with others gets a separate block. `safe`: not
   * inspected. An inspected transaction runs in the environment of its inspection: in another second it could do
   * something else.
   */
  async #include(transactions: readonly SignedTransaction[], safe: boolean, environment?: BlockEnvironment): Promise<void> {
    if (transactions.length === 0) return;
    const { mempool, builder } = this.#dependencies;
    const { refused } = await builder.block(transactions, {
      areSafe: safe,
      ...(environment === undefined ? {} : { timestamp: environment.timestamp }),
    });
    for (const { transaction, reason } of refused) {
      if (transaction.kind !== "signed" || this.#heldUp.has(transaction.from)) continue;
      if (transactions.length === 1) this.#refuse(transaction, await this.#notExecutable(transaction, reason));
      else if (safe) await this.#include([transaction], true);
      // It was inspected behind others that are not there.
      else if (!(await this.#includeAlone(transaction, false))) mempool.returnToFront([transaction]);
    }
  }

  /** Why the engine refuses it: in the pool's words, by which clients know them, where the pool would not take it now either. */
  async #notExecutable(transaction: SignedTransaction, reason: string): Promise<Error> {
    return (await this.#dependencies.mempool.refusalNow(transaction)) ?? new SequencerError("NotExecutable", reason);
  }

  #refusalOfRun(transaction: SignedTransaction, preview: Inspection): SequencerError | undefined {
    const unpaid = preview.receipt === undefined ? undefined : provingRefusal(preview.receipt, transaction.gasLimit);
    return unpaid ?? this.#dependencies.admission()?.refusalOfRun(transaction, preview);
  }

  /**
   * Refuses a transaction behind its run. A run whose gas was too little to be counted is repeated for that, since few are
   * refused and counting slows all down; then its sender owes both.
   */
  async #refuseRun(
    transaction: SignedTransaction,
    error: Error,
    { work }: Inspection,
    environment: BlockEnvironment,
  ): Promise<void> {
    const { producer } = this.#dependencies;
    const isOwed = mostWork(producer.maxInstructions) !== Infinity;
    const owed = work > 0 || !isOwed ? work : 2 * (await producer.inspect(transaction, environment, [], true)).work;
    this.#refuse(transaction, error, owed);
  }

  /** `work`: units that were done for nothing. */
  #refuse(transaction: SignedTransaction, error: Error, work = 0): void {
    this.#heldUp.add(transaction.from);
    const { mempool, waiters, unpaid, producer } = this.#dependencies;
    unpaid.add(transaction.from, Math.min(work, mostWork(producer.maxInstructions)));
    if (error instanceof MempoolError && error.code === "NonceTooLow") mempool.included(transaction);
    // Later ones have been accepted, like any transaction with a future nonce: no caller waits for their block.
    else for (const later of mempool.refused(transaction)) waiters.included(later.hash);
    waiters.refused(transaction.hash, error);
  }
}

/** Senders that must wait since others were refused in the meantime, and all that they sent. */
class WaitingSenders {
  readonly transactions: SignedTransaction[] = [];
  readonly #accounts = new Set<Hex>();
  readonly #unpaid: UnpaidWork;

  constructor(unpaid: UnpaidWork) {
    this.#unpaid = unpaid;
  }

  /** Adds the transaction if its sender must wait, and returns true then. */
  takes(transaction: SignedTransaction): boolean {
    const { from } = transaction;
    if (!this.#unpaid.holds(from) && !this.#accounts.has(from)) return false;
    this.#accounts.add(from);
    this.transactions.push(transaction);
    return true;
  }
}

/** A block that is being built. */
class BlockPlan {
  readonly transactions: SignedTransaction[] = [];
  /** Environment in which its transactions were inspected, each after those before it; undefined while none had to be. */
  inspectedIn: BlockEnvironment | undefined;
  readonly #costs = new Map<Hex, bigint>();
  #maximum = NO_TRANSACTIONS;
  readonly #mostOf: (transaction: SignedTransaction) => Unmeasured;

  /** `mostOf`: what a transaction may do at most. */
  constructor(mostOf: (transaction: SignedTransaction) => Unmeasured) {
    this.#mostOf = mostOf;
  }

  get isEmpty(): boolean {
    return this.transactions.length === 0;
  }

  /** Whether another may be inspected behind these, which all run again for that. */
  get isShort(): boolean {
    return this.transactions.length < MAX_BEFORE.transactions && this.#maximum.gas <= MAX_BEFORE.gas;
  }

  /** Maximum cost of its transactions of a sender. */
  costOf(from: Hex): bigint {
    return this.#costs.get(from) ?? 0n;
  }

  /** Maximum size of the block with another transaction. */
  with(transaction: SignedTransaction): Unmeasured {
    return addUnmeasured(this.#maximum, this.#mostOf(transaction));
  }

  add(transaction: SignedTransaction): void {
    this.#maximum = this.with(transaction);
    this.#costs.set(transaction.from, this.costOf(transaction.from) + mostCostOf(transaction));
    this.transactions.push(transaction);
  }
}

/** Why what was not admitted is refused. */
function refusalOf(preview: Inspection, maxInstructions: number): SequencerError {
  const { exceedsCallData, isLong, isHeavy } = preview;
  if (exceedsCallData) return loudCalls();
  if (isLong) return tooManySteps(maxInstructions);
  if (isHeavy) return tooHeavy(maxInstructions);
  return hostileCode();
}

function loudCalls(): SequencerError {
  return new SequencerError("CallDataTooLarge", "the transaction's calls pass on more data than this chain's engine can hold");
}

function tooManySteps(limit: number): SequencerError {
  return new SequencerError(
    "TooManySteps",
    `the transaction runs more than ${limit} instructions, which this chain's engine is not to hold; divide its work, or raise maxInstructions in the chain's options`,
  );
}

function tooHeavy(maxInstructions: number): SequencerError {
  return new SequencerError(
    "TooHeavy",
    `the transaction's work is more than ${mostWork(maxInstructions)} units, and others would wait behind it; divide its work, or raise maxInstructions, now ${maxInstructions}, in the chain's options`,
  );
}

function hostileCode(): SequencerError {
  return new SequencerError(
    "HostileCode",
    "the transaction runs or deploys code that begins with an incomplete PUSH20, which this chain's engine cannot run",
  );
}
