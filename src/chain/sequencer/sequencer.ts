import type { BlockEnvironment } from "../block.ts";
import type { Clock } from "../clock.ts";
import type { ExecutionEngine, Head } from "../execution/engine.ts";
import type { Mempool, PoolMark } from "../mempool/mempool.ts";
import type { SealedBatch } from "../sealed-batch.ts";
import type { ImpersonatedRequest, StateCheat } from "../state-cheat.ts";
import type { PriorityOperation, SystemTransactions } from "../system-transactions.ts";
import type { SignedTransaction } from "../transaction.ts";
import type { Witness } from "../witness/witness.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import { BatchAge } from "./batch-age.ts";
import { BatchBuilder } from "./batch-builder.ts";
import type { BuilderMark, SequencedBlock, SequencedPriorityOp } from "./batch-builder.ts";
import { BlockPace } from "./block-pace.ts";
import type { BlockProducer } from "./block-producer.ts";
import { requireCheatsAllowed, requireImpersonable, requirePossible } from "./cheat-check.ts";
import { ExclusiveWork } from "./exclusive-work.ts";
import { InclusionWaiters } from "./inclusion.ts";
import type { BatchLimits } from "./limits.ts";
import type { BatchPolicy, BlockPolicy } from "./policies.ts";
import { PoolInclusion } from "./pool-inclusion.ts";
import { SequencerError } from "./sequencer-error.ts";

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
  readonly #work: ExclusiveWork;
  readonly #builder: BatchBuilder;
  readonly #pool: PoolInclusion;
  readonly #pace: BlockPace;
  readonly #age: BatchAge;

  constructor(options: SequencerOptions, dependencies: SequencerDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    const { mempool, producer, engine, witness, system, clock, leafCount, onBlock, onPriorityOp, onBatch, canSeal } = dependencies;
    this.#work = new ExclusiveWork((error, isFault) => this.#end(error, isFault));
    this.#age = new BatchAge(options.batches.maxAgeMs, {
      clock,
      maySeal: () => canSeal() && !this.isPaused,
      seal: () => void this.seal().catch(() => undefined),
    });
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
      onOpen: (open) => (open ? this.#age.start() : this.#age.stop()),
    });
    this.#pool = new PoolInclusion({ mempool, producer, builder: this.#builder, waiters: this.#waiters, canSeal });
    this.#pace = new BlockPace(options.blocks, {
      clock,
      hasReady: () => mempool.hasReady,
      exclusively: (work) => this.#work.run(work),
      produce: (limit) => this.#produce(limit),
    });
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
    return this.#work.ended;
  }

  /** Whether a full batch waits for `resume`; the pool then fills up. */
  get isHeldUp(): boolean {
    return this.#pace.isHeldUp;
  }

  /** Whether it makes no blocks because `pause` was called. */
  get isPaused(): boolean {
    return this.#pace.isPaused;
  }

  /** Whether blocks are made as the policy says; otherwise by `mine` alone. */
  get isAutomatic(): boolean {
    return this.#pace.isAutomatic;
  }

  /** Leaves it to `mine` to make blocks, or to the policy again. Transactions are taken into the pool in any case. */
  setAutomatic(automatic: boolean): void {
    this.#pace.setAutomatic(automatic);
  }

  /** Makes no blocks until `unpause`: transactions are taken into the pool and wait there. What is under way ends. */
  pause(): void {
    this.#pace.pause();
  }

  /** Goes on where `pause` left off. */
  unpause(): void {
    this.#pace.unpause();
  }

  /**
   * Takes a transaction in. Resolves when it is in a block, or at once where its turn is not now: with blocks by
   * interval or on demand, behind a missing nonce, or paused. Throws MempoolError, or SequencerError when it can never be included.
   */
  async submit(transaction: SignedTransaction): Promise<void> {
    this.#work.requireRunning();
    const ready = await this.#dependencies.mempool.add(transaction);
    if (!ready || !this.#pace.isInstant) return;
    // A return to a mark between the two lines above has dropped it.
    if (!this.#dependencies.mempool.holds(transaction)) throw stateReverted();
    const included = this.#waiters.wait(transaction.hash);
    this.#pace.advance();
    await included;
  }

  /** Makes blocks of all that waits, or an empty one. */
  mine(): Promise<void> {
    return this.#work.run(async () => {
      const { mempool } = this.#dependencies;
      if (mempool.hasReady) await this.#produce(mempool.size);
      else await this.#builder.block([]);
    });
  }

  /** Carries out a priority operation from first to last step, whatever becomes of it. */
  runPriorityOp(operation: PriorityOperation): Promise<SequencedPriorityOp> {
    return this.#work.run(() => this.#builder.priorityOp(operation));
  }

  /** Imports roots of other chains into the open batch. */
  importRoots(roots: readonly ImportedRoot[]): Promise<void> {
    return this.#work.run(() => this.#builder.importRoots(roots));
  }

  /** Ends the open batch. Undefined where there is none. */
  seal(): Promise<SealedBatch | undefined> {
    return this.#work.run(() => this.#builder.seal());
  }

  /** Goes on after `canSeal` was false: proving has caught up. */
  resume(): void {
    this.#pace.resume();
  }

  /** Moves the chain's clock; takes effect with the next block. */
  skipTime(seconds: bigint): Promise<void> {
    return this.#work.run(() => this.#dependencies.producer.skipTime(seconds));
  }

  /** Fixes the next block's timestamp, in seconds. Throws SequencerError for the past. */
  setNextTimestamp(timestamp: bigint): Promise<void> {
    return this.#work.run(async () => {
      if (await this.#dependencies.producer.setNextTimestamp(timestamp)) return;
      throw new SequencerError("TimestampInPast", `the newest block's timestamp is ${this.head.timestamp}, ${timestamp} is before it`);
    });
  }

  /** Changes the state without a transaction. Throws SequencerError CheatRefused where that cannot be or is not allowed. */
  cheat(cheat: StateCheat): Promise<void> {
    return this.#work.run(async () => {
      requireCheatsAllowed(this.#options.cheatsAllowed === true);
      await requirePossible(cheat, this.#dependencies);
      await this.#builder.cheat(cheat);
      this.#dependencies.mempool.stateChanged();
    });
  }

  /** Runs a transaction that its sender did not sign, at once; resolves with its hash. Throws SequencerError CheatRefused. */
  impersonate(request: ImpersonatedRequest): Promise<Hex> {
    return this.#work.run(async () => {
      requireCheatsAllowed(this.#options.cheatsAllowed === true);
      requireImpersonable(request.from);
      const { transactionHash } = await this.#builder.impersonated(request);
      this.#dependencies.mempool.stateChanged();
      return transactionHash;
    });
  }

  /** Marks everything, to return to once. `complete` marks, at the same moment, what follows the sequencer. */
  snapshot<Mark>(complete: (mark: SequencerMark) => Mark): Promise<Mark> {
    return this.#work.run(async () => complete({ builder: await this.#builder.snapshot(), pool: this.#dependencies.mempool.snapshot() }));
  }

  /**
   * Returns to a mark, also after a fault, which is over then. The pool holds what it held; whoever waits for another
   * transaction is refused with StateReverted. `complete` returns, at the same moment, what follows the sequencer.
   */
  revert(mark: SequencerMark, complete: () => void): Promise<void> {
    const { mempool } = this.#dependencies;
    const goBack = async (): Promise<void> => {
      await this.#builder.revert(mark.builder);
      complete();
      mempool.revert(mark.pool);
    };
    return this.#work.restart(goBack, () => {
      this.#waiters.refuseAll(stateReverted(), (hash) => mempool.find(hash) !== undefined);
      this.#pace.restart();
    });
  }

  /** Ends block production after what is under way. */
  async close(): Promise<void> {
    await this.#work.close();
  }

  /** The chain can go no further: the engines disagree, or one of them failed. */
  fail(error: Error): void {
    this.#work.fail(error);
  }

  #end(error: SequencerError, isFault: boolean): void {
    this.#pace.stop();
    this.#age.stop();
    this.#waiters.refuseAll(error);
    if (isFault) this.#dependencies.onStop(error);
  }

  async #produce(limit: number): Promise<void> {
    this.#pace.setHeldUp(!(await this.#pool.produce(limit)));
    const { maxTransactions } = this.#options.batches;
    const count = this.#builder.batch?.transactionCount ?? 0;
    if (maxTransactions !== undefined && count >= maxTransactions && this.#dependencies.canSeal()) await this.#builder.seal();
  }
}

function stateReverted(): SequencerError {
  return new SequencerError("StateReverted", "the chain returned to an earlier state");
}
