import type { BlockEnvironment } from "../block.ts";
import type { Clock } from "../clock.ts";
import type { ExecutionEngine, Head } from "../execution/engine.ts";
import type { Mempool, PoolMark } from "../mempool/mempool.ts";
import { ClockError } from "../movable-clock.ts";
import type { SealedBatch } from "../sealed-batch.ts";
import type { ImpersonatedRequest, StateCheat } from "../state-cheat.ts";
import type { PriorityOperation, SystemTransactions } from "../system-transactions.ts";
import type { SignedTransaction } from "../transaction.ts";
import type { Witness } from "../witness/witness.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import { BatchBuilder } from "./batch-builder.ts";
import type { BuilderMark, SequencedBlock, SequencedPriorityOp } from "./batch-builder.ts";
import type { BlockProducer } from "./block-producer.ts";
import { requireCheatsAllowed, requireImpersonable, requirePossible } from "./cheat-check.ts";
import { InclusionWaiters } from "./inclusion.ts";
import type { BatchLimits } from "./limits.ts";
import { PoolInclusion } from "./pool-inclusion.ts";
import { SequencerError } from "./sequencer-error.ts";

/** When blocks are made: as soon as something waits (a block for each transaction, or so many at most), or every so often. */
export type BlockPolicy =
  | { readonly type: "instant"; readonly maxTransactions?: number }
  | { readonly type: "interval"; readonly intervalMs: number; readonly maxTransactions: number };

/** When batches are sealed, beside their limits. */
export interface BatchPolicy {
  /** Age at which a batch is sealed; undefined for never. */
  readonly maxAgeMs: number | undefined;
  /** Transactions at which a batch is sealed; undefined for no such limit. */
  readonly maxTransactions: number | undefined;
}

export interface SequencerOptions {
  readonly blocks: BlockPolicy;
  readonly batches: BatchPolicy;
  readonly limits: BatchLimits;
  /** Number of the first batch. Batch 0 is the genesis. */
  readonly firstBatch: bigint;
  /** Whether the state may be changed without transactions, as L1 knows of the chain. Default false. */
  readonly cheatsAllowed?: boolean;
}

export interface SequencerDependencies {
  readonly mempool: Mempool;
  readonly producer: BlockProducer;
  readonly engine: Pick<ExecutionEngine, "request">;
  readonly witness: Witness;
  readonly system: SystemTransactions;
  /** Leaves of the state tree before the open batch. */
  readonly leafCount: () => number;
  readonly clock: Clock;
  readonly onBlock: (block: SequencedBlock) => void;
  readonly onPriorityOp: (operation: SequencedPriorityOp) => void;
  readonly onBatch: (batch: SealedBatch) => void;
  /** Told once, when the chain can make no more blocks. */
  readonly onStop: (error: SequencerError) => void;
  /** Whether a batch may be sealed now; false while proving is too far behind. Then batches grow to their limits. */
  readonly canSeal: () => boolean;
}

/** Everything to return to. */
export interface SequencerMark {
  readonly builder: BuilderMark;
  readonly pool: PoolMark;
}

/**
 * Decides the order of everything that happens on a chain. One thing at a time: each public method waits for those
 * before it. After a fault nothing more is accepted.
 */
export class Sequencer {
  readonly #options: SequencerOptions;
  readonly #dependencies: SequencerDependencies;
  readonly #waiters = new InclusionWaiters();
  readonly #builder: BatchBuilder;
  readonly #pool: PoolInclusion;
  #last: Promise<unknown> = Promise.resolve();
  #pumping = false;
  /** The batch is full and may not be sealed: nothing goes on until `resume`. */
  #blocked = false;
  /** Nothing is sequenced until `unpause`, by someone's wish. */
  #paused = false;
  /** Blocks are made by `mine` only, by someone's wish. */
  #manual = false;
  #stopped: SequencerError | undefined;
  #closed = false;
  #cancelInterval: (() => void) | undefined;
  #cancelAge: (() => void) | undefined;

  constructor(options: SequencerOptions, dependencies: SequencerDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    const { mempool, producer, engine, witness, system, leafCount, onBlock, onPriorityOp, onBatch, canSeal } = dependencies;
    this.#builder = new BatchBuilder(options, {
      producer,
      engine,
      witness,
      system,
      leafCount,
      onBlock: (block) => {
        mempool.applied(block.transactions);
        onBlock(block);
      },
      onPriorityOp,
      onBatch,
      onOpen: (open) => this.#watchAge(open),
    });
    this.#pool = new PoolInclusion({ mempool, producer, builder: this.#builder, waiters: this.#waiters, canSeal });
    this.#armInterval();
  }

  get head(): Head {
    return this.#dependencies.producer.head;
  }

  /** What a transaction would see of its block, were it included now. */
  get nextEnvironment(): BlockEnvironment {
    return this.#dependencies.producer.environment();
  }

  /** The open batch's number, or the next one's where none is open. */
  get batchNumber(): bigint {
    return this.#builder.batchNumber;
  }

  /** Why the chain stands still; undefined while it runs. */
  get fault(): SequencerError | undefined {
    return this.#stopped;
  }

  /** Whether a full batch waits for `resume`; the pool then fills up. */
  get isHeldUp(): boolean {
    return this.#blocked;
  }

  /** Whether it makes no blocks because `pause` was called. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** Whether blocks are made as the policy says; otherwise by `mine` alone. */
  get isAutomatic(): boolean {
    return !this.#manual;
  }

  /** Leaves it to `mine` to make blocks, or to the policy again. Transactions are taken into the pool in any case. */
  setAutomatic(automatic: boolean): void {
    this.#manual = !automatic;
    if (automatic && this.#options.blocks.type === "instant") this.#pump();
  }

  /** Makes no blocks until `unpause`: transactions are taken into the pool and wait there. What is under way ends. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on where `pause` left off. */
  unpause(): void {
    this.#paused = false;
    if (this.#options.blocks.type === "instant") this.#pump();
  }

  /**
   * Takes a transaction in. Resolves when it is in a block, or at once where its turn is not now: with blocks by
   * interval or on demand, behind a missing nonce, or paused. Throws MempoolError, or SequencerError when it can never be included.
   */
  async submit(transaction: SignedTransaction): Promise<void> {
    this.#checkRunning();
    const ready = await this.#dependencies.mempool.add(transaction);
    if (!ready || this.#isIdle || this.#options.blocks.type === "interval") return;
    // A return to a mark between the two lines above has dropped it.
    if (!this.#dependencies.mempool.holds(transaction)) throw stateReverted();
    const included = this.#waiters.wait(transaction.hash);
    this.#pump();
    await included;
  }

  /** Makes blocks of all that waits, or an empty one. */
  mine(): Promise<void> {
    return this.#exclusively(async () => {
      const { mempool } = this.#dependencies;
      if (mempool.hasReady) await this.#produce(mempool.size);
      else await this.#builder.block([]);
    });
  }

  /** Carries out a priority operation from first to last step, whatever becomes of it. */
  runPriorityOp(operation: PriorityOperation): Promise<SequencedPriorityOp> {
    return this.#exclusively(() => this.#builder.priorityOp(operation));
  }

  /** Imports roots of other chains into the open batch. */
  importRoots(roots: readonly ImportedRoot[]): Promise<void> {
    return this.#exclusively(() => this.#builder.importRoots(roots));
  }

  /** Ends the open batch. Undefined where there is none. */
  seal(): Promise<SealedBatch | undefined> {
    return this.#exclusively(() => this.#builder.seal());
  }

  /** Goes on after `canSeal` was false: proving has caught up. */
  resume(): void {
    this.#blocked = false;
    if (this.#options.blocks.type === "instant") this.#pump();
  }

  /** Moves the chain's clock; takes effect with the next block. */
  skipTime(seconds: bigint): Promise<void> {
    return this.#exclusively(() => this.#dependencies.producer.skipTime(seconds));
  }

  /** Fixes the next block's timestamp, in seconds. Throws SequencerError for the past. */
  setNextTimestamp(timestamp: bigint): Promise<void> {
    return this.#exclusively(async () => {
      if (await this.#dependencies.producer.setNextTimestamp(timestamp)) return;
      throw new SequencerError("TimestampInPast", `the newest block's timestamp is ${this.head.timestamp}, ${timestamp} is before it`);
    });
  }

  /** Changes the state without a transaction. Throws SequencerError CheatRefused where that cannot be or is not allowed. */
  cheat(cheat: StateCheat): Promise<void> {
    return this.#exclusively(async () => {
      requireCheatsAllowed(this.#options.cheatsAllowed === true);
      await requirePossible(cheat, this.#dependencies);
      await this.#builder.cheat(cheat);
      this.#dependencies.mempool.stateChanged();
    });
  }

  /** Runs a transaction that its sender did not sign, at once; resolves with its hash. Throws SequencerError CheatRefused. */
  impersonate(request: ImpersonatedRequest): Promise<Hex> {
    return this.#exclusively(async () => {
      requireCheatsAllowed(this.#options.cheatsAllowed === true);
      requireImpersonable(request.from);
      const { transactionHash } = await this.#builder.impersonated(request);
      this.#dependencies.mempool.stateChanged();
      return transactionHash;
    });
  }

  /** Marks everything, to return to once. `complete` marks, at the same moment, what follows the sequencer. */
  snapshot<Mark>(complete: (mark: SequencerMark) => Mark): Promise<Mark> {
    return this.#exclusively(async () => complete({ builder: await this.#builder.snapshot(), pool: this.#dependencies.mempool.snapshot() }));
  }

  /**
   * Returns to a mark, also after a fault, which is over then. The pool holds what it held; whoever waits for another
   * transaction is refused with StateReverted. `complete` returns, at the same moment, what follows the sequencer.
   */
  revert(mark: SequencerMark, complete: () => void): Promise<void> {
    const result = this.#last.then(async () => {
      if (this.#closed) throw closed();
      const { mempool } = this.#dependencies;
      try {
        await this.#builder.revert(mark.builder);
        complete();
        mempool.revert(mark.pool);
      } catch (error) {
        this.fail(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
      this.#waiters.refuseAll(stateReverted(), (hash) => mempool.find(hash) !== undefined);
      this.#goOn();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Ends block production after what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop(closed(), false);
    await this.#last.catch(() => undefined);
  }

  /** The chain can go no further: the engines disagree, or one of them failed. */
  fail(error: Error): void {
    const known = error instanceof SequencerError ? error : undefined;
    this.#stop(known ?? new SequencerError("Stopped", `the chain has stopped: ${error.message}`, { cause: error }), true);
  }

  /** Takes up work again where a mark was returned to. */
  #goOn(): void {
    this.#stopped = undefined;
    this.#blocked = false;
    this.#armInterval();
    if (this.#options.blocks.type === "instant") this.#pump();
  }

  #stop(error: SequencerError, report: boolean): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    this.#cancelInterval?.();
    this.#cancelAge?.();
    this.#waiters.refuseAll(error);
    if (report) this.#dependencies.onStop(error);
  }

  #checkRunning(): void {
    if (this.#stopped !== undefined) throw this.#stopped;
  }

  /** Runs the work after all earlier work. A fault in it leaves the engines apart, so it stops the chain. */
  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(async () => {
      this.#checkRunning();
      try {
        return await work();
      } catch (error) {
        if (!isHarmless(error)) this.fail(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Whether no blocks are made by themselves. */
  get #isIdle(): boolean {
    return this.#paused || this.#manual;
  }

  async #produce(limit: number): Promise<void> {
    this.#blocked = !(await this.#pool.produce(limit));
    const { maxTransactions } = this.#options.batches;
    const count = this.#builder.batch?.transactionCount ?? 0;
    if (maxTransactions !== undefined && count >= maxTransactions && this.#dependencies.canSeal()) await this.#builder.seal();
  }

  /** Makes blocks until nothing waits. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    const { mempool } = this.#dependencies;
    const turns = async (): Promise<void> => {
      try {
        while (mempool.hasReady && !this.#blocked && !this.#isIdle) await this.#exclusively(() => this.#produce(this.#options.blocks.maxTransactions ?? 1));
      } finally {
        this.#pumping = false;
      }
    };
    // A fault has been reported by then, and has refused everyone who waits.
    turns().catch(() => undefined);
  }

  #armInterval(): void {
    const { blocks } = this.#options;
    if (blocks.type === "instant") return;
    this.#cancelInterval?.();
    const tick = async (): Promise<void> => {
      await this.#exclusively(async () => {
        if (this.#dependencies.mempool.hasReady && !this.#blocked && !this.#isIdle) await this.#produce(blocks.maxTransactions);
      });
      this.#armInterval();
    };
    this.#cancelInterval = this.#dependencies.clock.after(blocks.intervalMs, () => {
      // As above: a fault is reported where it happens.
      tick().catch(() => undefined);
    });
  }

  #watchAge(open: boolean): void {
    this.#cancelAge?.();
    const { maxAgeMs } = this.#options.batches;
    if (!open || maxAgeMs === undefined) return;
    this.#cancelAge = this.#dependencies.clock.after(maxAgeMs, () => {
      if (this.#dependencies.canSeal() && !this.#paused) this.seal().catch(() => undefined);
      else this.#watchAge(true);
    });
  }
}

/** Whether nothing had been done when it was thrown. */
function isHarmless(error: unknown): boolean {
  if (error instanceof ClockError) return true;
  return error instanceof SequencerError && (error.code === "TimestampInPast" || error.code === "CheatRefused");
}

function closed(): SequencerError {
  return new SequencerError("Stopped", "the chain is shut down");
}

function stateReverted(): SequencerError {
  return new SequencerError("StateReverted", "the chain returned to an earlier state");
}
