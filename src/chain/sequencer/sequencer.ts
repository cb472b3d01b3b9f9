import type { Mark } from "../core/marks.ts";
import { OfferError, type CommandSource, type Offer, type Outcome, type SpineView } from "../core/source.ts";
import type { Driven, Spine } from "../core/spine.ts";
import type { BlockEnvironment, BlockReceipt, Head, NamedHead } from "../model/block.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import type { LossReason, Mempool } from "../mempool/mempool.ts";
import type { BatchReducer, CommandResult, SequencedPriorityOp } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { CommandStore } from "../ordering/command-store.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { ImpersonatedRequest, StateCheat } from "../../ground/protocol/state-cheat.ts";
import type { PriorityOperation } from "../../ground/protocol/system-transactions.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { isAwaited } from "../ordering/open-batch.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { AccessLists } from "../model/access-lists.ts";
import type { Admission } from "./admission.ts";
import { answered } from "./answered.ts";
import { BatchAge } from "./batch-age.ts";
import { BatchBuilder } from "./batch-builder.ts";
import { BlockTiming } from "./block-timing.ts";
import type { BlockProducer } from "./block-producer.ts";
import { possibleCheats, requireCheatsAllowed, requireFree, type CheatBar } from "./cheat-check.ts";
import { ExclusiveWork } from "./exclusive-work.ts";
import { IntervalMining } from "./interval-mining.ts";
import type { BatchPolicy, BlockPolicy } from "./policies.ts";
import { OpenedInclusion } from "./opened-inclusion.ts";
import { PoolInclusion } from "./pool-inclusion.ts";
import { LoneBatch } from "./lone-batch.ts";
import { LeaderTurns, type LeaderTurn, type OtherLeaders } from "./leader-turns.ts";
import { endsFirst, SequencerCommands, type Deciders } from "./own-commands.ts";
import { PeerCommands } from "./peer-commands.ts";
import { PeerInspection } from "./peer-inspection.ts";
import { Redoing } from "./redoing.ts";
import type { LostChange, RewindSteps } from "./replay.ts";
import { SequencerError, stateReverted } from "./sequencer-error.ts";
import type { SharedInput } from "./shared-input.ts";
import { UnpaidWork } from "./unpaid-work.ts";
import { WaitingPool } from "./waiting-pool.ts";

export interface SequencerOptions {
  readonly blocks: BlockPolicy;
  readonly batches: BatchPolicy;
  /** Number of the first batch. Batch 0 is the genesis. */
  readonly firstBatch: bigint;
  /** True if the chain continues after blocks whose hashes are unknown. Default false. */
  readonly hashesUnknown?: boolean;
  /** Whether the state may be changed without transactions, as L1 knows of the chain. Default false. */
  readonly cheatsAllowed?: boolean;
  /** Reason if it may not. Default: the chain's contract on L1. */
  readonly cheatBar?: CheatBar | undefined;
  /** Whether it begins as after `pause`. Default false. */
  readonly startsPaused?: boolean;
  /** Whether L1's queue alone makes the chain's order, from which the caller derives what is done and when. Default false. */
  readonly isQueueAlone?: boolean;
}

export interface SequencerDependencies {
  readonly mempool: Mempool;
  readonly producer: BlockProducer;
  readonly reducer: BatchReducer;
  readonly spine: Spine<BatchCommand, CommandResult>;
  /** Maximum size of an account's code. */
  readonly mostCodeBytes: number;
  readonly clock: Clock;
  /** Newest decided block that followers know. */
  readonly decidedHead: () => Head;
  /** Called once, when the chain can no longer make blocks. */
  readonly onStop: (error: SequencerError) => void;
  /** Whether a batch may be sealed now; false while proving is too far behind. Then batches grow to their limits. */
  readonly canSeal: () => boolean;
  /** Keeps what is decided, and what waits in the pool, beyond this process. */
  readonly store?: CommandStore | undefined;
  /** Whose transactions are taken. Default: every account's. */
  readonly admission?: Admission;
  /** Default: it decides alone. */
  readonly deciders?: Deciders | undefined;
  /** Sequencers with which this one leads in turns. Default: it always leads. */
  readonly leaders?: OtherLeaders | undefined;
}

/** Transactions that a sequencer deliberately leaves out: accounts in lower case, and hashes of operations. */
export interface Censored {
  readonly senders: ReadonlySet<Hex>;
  readonly operations: ReadonlySet<Hex>;
}

/** Maximum wait of a sender for other deciders, in milliseconds. Two dead leaders take 5 seconds, and clients wait for 10. */
const MAX_ANSWER_MS = 8_000;
const OWN_TIME = "has the time of L1's blocks: move L1's";
/** Empty blocks that are made in one go: some hundredths of a second, during which the chain does nothing else. */
const MOST_EMPTY_BLOCKS = 500;

/**
 * Decides the order of everything that happens on a chain. One thing at a time: each public method waits for those
 * before it. After a fault nothing more is accepted.
 */
export class Sequencer implements CommandSource<BatchCommand, CommandResult, AccessLists> {
  readonly name = "sequencer";
  /** Executes what other sequencers of the chain propose. Undefined if this one decides alone. */
  readonly peers: PeerCommands | undefined;
  readonly #options: SequencerOptions;
  readonly #dependencies: SequencerDependencies;
  readonly #waiting: WaitingPool;
  readonly #commands: SequencerCommands;
  readonly #redoing: Redoing;
  readonly #running: readonly Driven[];
  readonly #unpaid: UnpaidWork;
  readonly #work: ExclusiveWork;
  readonly #turns: LeaderTurns | undefined;
  readonly #builder: BatchBuilder;
  readonly #opening: OpenedInclusion;
  readonly #pool: PoolInclusion;
  readonly #timing: BlockTiming;
  readonly #age: BatchAge;
  readonly #interval: IntervalMining;
  #censoredOperations: ReadonlySet<Hex> = new Set();
  /** Pending while the chain reseals batches. */
  #rewinding: Promise<unknown> | undefined;
  #returns = 0;
  /** True if the open batch must end when this sequencer or another one leads. */
  #isEndWanted = false;

  constructor(options: SequencerOptions, dependencies: SequencerDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    const { mempool, producer, clock, spine, store, deciders, leaders, admission } = dependencies;
    const canSeal = (): boolean => this.#canSeal();
    this.#work = new ExclusiveWork((error, isFault) => this.#end(error, isFault));
    this.#turns = leaders && new LeaderTurns(leaders, this.#work);
    this.#waiting = new WaitingPool({ mempool, store: store?.waiting });
    this.#commands = new SequencerCommands({
      view: spine,
      work: this.#work,
      pool: this.#waiting,
      clock,
      onDropped: () => this.#timing.advance(),
      deciders,
      turns: this.#turns,
    });
    this.#age = new BatchAge(options.batches.maxAgeMs, {
      clock,
      maySeal: () => this.#maySeal() && !this.isPaused,
      seal: () => (this.#turns === undefined ? void this.seal().catch(() => undefined) : this.wantEnd()),
    });
    this.#builder = new BatchBuilder(options, {
      ...dependencies,
      // Replayed commands were decided before.
      carryOut: (command) => this.#commands.carryOut(command, this.#redoing.isUnderWay),
      settleEnd: () => this.#commands.settleEnd(),
    });
    this.#opening = new OpenedInclusion({
      producer,
      builder: this.#builder,
      admission: () => this.#admission,
      owe: (account, work) => this.#owe(account, work, producer.maxWork),
    });
    this.#redoing = new Redoing({
      ...{ spine, producer, mempool, builder: this.#builder, commands: this.#commands, waiting: this.#waiting },
      makeBlocks: () => this.#makeBlocks(),
      open: (envelope) => this.#opening.include(envelope),
      cheat: (cheat) => this.#cheat(cheat),
      impersonate: (request) => this.#impersonated(request),
      onRewound: () => this.#restartAge(),
    });
    this.peers = deciders === undefined && leaders === undefined ? undefined : this.#peerCommands();
    spine.attach(this.#waiting);
    this.#running = [spine.drive(this), ...(this.peers === undefined ? [] : [spine.drive(this.peers.source)])];
    this.#unpaid = new UnpaidWork({ clock, spared: admission?.own ?? [], onEnd: () => this.#timing.advance() });
    mempool.hold(this.#unpaid);
    this.#pool = new PoolInclusion({
      mempool,
      producer,
      builder: this.#builder,
      waiters: this.#waiting.waiters,
      canSeal,
      admission: () => this.#admission,
      unpaid: this.#unpaid,
    });
    this.#timing = new BlockTiming(options.blocks, {
      clock,
      hasReady: () => mempool.hasReady,
      exclusively: (work) => this.#commands.start(work, () => mempool.hasReady),
      produce: (limit) => this.#produce(limit),
      onReady: () => this.#turns?.onWork(),
    });
    if (options.startsPaused === true) this.#timing.pause();
    this.#interval = new IntervalMining({
      clock,
      mine: async () => void (this.isPaused || this.isHeldUp || (await this.mine())),
    });
  }

  /** Newest decided block, regardless of its proposer. */
  get head(): Head {
    const { spine, producer, decidedHead } = this.#dependencies;
    return spine.decided === spine.executed ? producer.head : decidedHead();
  }

  /** Newest executed block, which may be undecided. */
  get executedHead(): NamedHead {
    return this.#dependencies.producer.head;
  }

  /** Command that opens the next batch at this second. */
  opening(timestamp: bigint): BatchCommand {
    return this.#builder.opening(timestamp);
  }

  /** Block environment of a transaction that were included now. */
  get nextEnvironment(): BlockEnvironment {
    return this.#dependencies.producer.environment();
  }

  /**
   * Environments that the block may have which will hold a transaction that is estimated now, the likeliest first: what is
   * estimated is to be enough in each.
   */
  get expectedEnvironments(): readonly [BlockEnvironment, ...BlockEnvironment[]] {
    return this.#dependencies.producer.expectedEnvironments(this.#timing.waitSeconds);
  }

  /** The open batch's number, or the next one's where none is open. */
  get batchNumber(): bigint {
    return this.#builder.batchNumber;
  }

  /** Imports of the open batch. */
  get openImports(): readonly ImportedRoot[] {
    return this.#builder.batch?.importedRoots ?? [];
  }

  /** True if an account waits for the open batch. It ages from its first content that is more than roots of other chains. */
  get isAwaited(): boolean {
    return isAwaited(this.#builder.batch);
  }

  /** True if the open batch holds nothing but roots of other chains, so that it may wait until something uses them. */
  get isIdle(): boolean {
    return this.hasOpenBatch && !this.isAwaited;
  }

  /** True if a batch is open, idle or not. */
  get hasOpenBatch(): boolean {
    return this.#builder.batch !== undefined;
  }

  /** When the open batch began; undefined where none is open. */
  get openedAt(): bigint | undefined {
    return this.#builder.batch?.firstTimestamp;
  }

  /** Number of operations of L1's queue in the open batch. */
  get openOperations(): number {
    return this.#builder.batch?.canonicalTxHashes.length ?? 0;
  }

  /** Number of rewinds to a mark. */
  get returns(): number {
    return this.#returns;
  }

  /** Reason why the chain has stopped; undefined while it runs. */
  get fault(): SequencerError | undefined {
    return this.#work.ended;
  }

  /** Whether a full batch waits for `resume`; the pool then fills up. */
  get isHeldUp(): boolean {
    return this.#timing.isHeldUp;
  }

  /** Whether it makes no blocks because `pause` was called. */
  get isPaused(): boolean {
    return this.#timing.isPaused;
  }

  /** Whether blocks are made as the policy says; otherwise by `mine` alone. */
  get isAutomatic(): boolean {
    return this.#timing.isAutomatic;
  }

  /** Leaves it to `mine` to make blocks, or to the policy again. Transactions are taken into the pool in any case. */
  setAutomatic(automatic: boolean): void {
    this.#timing.setAutomatic(automatic);
  }

  /**
   * Makes a block at intervals, also an empty one, each after the milliseconds that `nextMs` returns; undefined ends
   * that.
   */
  setInterval(nextMs: (() => number) | undefined): void {
    this.#interval.set(nextMs);
  }

  /** Makes no blocks until `unpause`: transactions are accepted into the pool and wait there. The current work ends. */
  pause(): void {
    this.#timing.pause();
  }

  /** Continues after `pause`. */
  unpause(): void {
    this.#timing.unpause();
  }

  /** Leaves out these senders' transactions, which stay in the pool, and these operations, until the next call. */
  censor({ senders, operations }: Censored): void {
    this.#censoredOperations = operations;
    this.#dependencies.mempool.censor(senders);
    this.#timing.advance();
  }

  /** Hashes of operations of L1's queue that it is not to be given. */
  get censoredOperations(): ReadonlySet<Hex> {
    return this.#censoredOperations;
  }

  /**
   * Takes a transaction in. Resolves when it is in a block, or at once where its turn is not now: with blocks by
   * interval or on demand, behind a missing nonce, or paused; if others decide, after MAX_ANSWER_MS at the latest. `returns` is
   * how often the chain had returned to a mark when it came: it is signed for that state. Throws MempoolError, or SequencerError
   * when it can never be included.
   */
  async submit(transaction: SignedTransaction, returns = this.#returns): Promise<void> {
    this.#work.requireRunning();
    this.#requireChoice(
      "takes no transactions but those of its queue on L1: send it there, by requestL2TransactionDirect or hyperchain:call from L1",
    );
    const refusal = this.#dependencies.admission?.refusal(transaction);
    if (refusal !== undefined) throw refusal;
    await this.#rewinding;
    const { mempool, store } = this.#dependencies;
    const ready = await mempool.add(transaction, () => {
      if (returns !== this.#returns) throw stateReverted();
    });
    this.accepted(transaction);
    if (!ready || !this.#timing.isInstant) {
      // If others made a block in the meantime, it may no longer wait.
      if (mempool.holds(transaction)) store?.waiting.add(transaction.hash, transaction.raw);
      return store?.durable();
    }
    // A return to a mark between the lines above has dropped it.
    if (!mempool.holds(transaction) && !this.#waiting.isOffering) throw stateReverted();
    const { waiters } = this.#waiting;
    const included =
      this.#turns === undefined
        ? waiters.wait(transaction.hash).then(() => true)
        : waiters.waitAtMost(transaction.hash, MAX_ANSWER_MS, this.#dependencies.clock);
    this.#timing.advance();
    // The sender has its hash, so the transaction must outlast the process.
    if (!(await included)) store?.waiting.add(transaction.hash, transaction.raw);
    await store?.durable();
  }

  /** Called with each transaction that the pool has taken. */
  protected accepted(_transaction: SignedTransaction): void {
    // Sequencers that lead alone include it.
  }

  /**
   * Replays the decisions of an earlier process, exactly, before anything else. Transactions that waited in its pool wait
   * again, unless that has become impossible.
   */
  async repeat(commands: CommandSource<BatchCommand, CommandResult>, waiting: readonly SignedTransaction[]): Promise<void> {
    await this.#work.run(async () => {
      await this.#dependencies.spine.drive(commands).ended;
      await this.#dependencies.producer.witnessed();
      await this.#waiting.offer(waiting);
    });
    this.#timing.restart();
  }

  /** Called when the pool has dropped a transaction, so that no caller waits for it. */
  lost(transaction: SignedTransaction, reason: LossReason): void {
    this.#waiting.lost(transaction, reason);
  }

  /** Takes a waiting transaction out of the pool. Returns false where it does not wait. */
  drop(hash: Hex): boolean {
    return this.#waiting.drop(hash);
  }

  /** Makes blocks of all that waits, or an empty one. */
  async mine(): Promise<void> {
    this.#requireChoice("has a block for what its queue on L1 holds, and no other: queue an operation");
    return this.#commands.run(() => this.#makeBlocks());
  }

  /**
   * Mines `count` blocks: the first block has the current time, the others follow at the interval, or in real time if
   * that is 0. As long as nothing waits, many are made at a time; between those and the next ones others have a turn.
   */
  async mineMany(count: number, intervalSeconds: bigint): Promise<void> {
    if (count === 0) return;
    await this.mine();
    for (let left = count - 1; left > 0;) left -= await this.#commands.run(() => this.#mineSome(left, intervalSeconds));
  }

  /** Whether a priority operation surely has room in the open batch. Opens a batch where no batch is open. */
  takesPriorityOp(operation: PriorityOperation): Promise<boolean> {
    return this.#commands.run(() => this.#builder.takes(operation));
  }

  /** Executes a priority operation from first to last step, even if it fails. */
  runPriorityOp(operation: PriorityOperation): Promise<SequencedPriorityOp> {
    return this.#commands.run(() => this.#builder.priorityOp(operation));
  }

  /** Executes a priority operation in the open batch, whose end the caller chooses. Opens a batch if none is open. */
  runQueued(operation: PriorityOperation): Promise<SequencedPriorityOp> {
    return this.#commands.run(() => this.#builder.operation(operation));
  }

  /** Imports roots of other chains into the open batch. */
  importRoots(roots: readonly ImportedRoot[]): Promise<void> {
    return this.#commands.run(() => this.#builder.importRoots(roots));
  }

  /** Lets the open batch end when this sequencer or another one leads. */
  wantEnd(): void {
    this.#isEndWanted = true;
    this.#turns?.onWork();
  }

  /** True if the open batch may end now: its end is requested, or it may have no room for another transaction. */
  get mayEnd(): boolean {
    return this.hasOpenBatch && (this.#isEndWanted || this.#holdsMaximum || this.#builder.isFull);
  }

  /** True if the next turn of a leader ends the batch. */
  get isEndDue(): boolean {
    return this.hasOpenBatch && this.#isEndWanted && this.#maySeal();
  }

  /** True if `lead` would do something now. */
  get hasWork(): boolean {
    return this.#turns?.hasWork === true || (this.isEndDue && this.#turns?.isPaused === false);
  }

  /** True if `lead` would do something now besides blocks by the policy: requests, L1's operations, the end of a batch. */
  get hasRequests(): boolean {
    return this.#turns?.hasRequests === true || (this.isEndDue && this.#turns?.isPaused === false);
  }

  /** Refuses the requests that wait for a turn. */
  refuseRequests(error: SequencerError): void {
    this.#turns?.refuseRequests(error);
  }

  /**
   * Executes, as a leader, the end of the batch if it is requested, and then the work that waits, within the limits of the turn.
   * Does not wait for the verdict. A sequencer that leads alone does nothing.
   */
  async lead(turn: LeaderTurn): Promise<void> {
    await this.#turns?.lead(turn, async () => {
      this.#commands.stand();
      if (this.isEndDue) await this.#builder.seal();
      else await this.#takeInputs(turn);
    });
  }

  /** Makes blocks while the mempool has a transaction with one of the hashes, also if the chain's pace requires no block yet. */
  includeWaiting(hashes: readonly Hex[]): Promise<void> {
    const { mempool } = this.#dependencies;
    const isDue = (): boolean => mempool.hasReady && hashes.some((hash) => mempool.find(hash) !== undefined);
    return this.#commands.start(async () => {
      if (isDue()) await this.#makeBlocks();
    }, isDue);
  }

  /**
   * Resolves and rejects as a request to this sequencer does. If nodes decide, rejects with SequencerError Undecided after
   * MAX_UNDECIDED_MS without a decision. Other leaders refuse requests themselves.
   */
  answered<Done>(request: Promise<Done>): Promise<Done> {
    if (this.#turns === undefined || this.#turns.rest.undecided !== undefined) return request;
    const { spine, clock } = this.#dependencies;
    return answered(request, { clock, decided: () => spine.decided });
  }

  /** Ends the open batch. Undefined where there is none. */
  seal(): Promise<SealedBatch | undefined> {
    return this.#commands.run(() => this.#builder.seal());
  }

  /**
   * Runs the work while everything else waits, so that a batch contains only what this work puts there. Rejects with the work's
   * error, and with RangeError on a chain that several sequencers order.
   */
  async alone<Result>(work: (batch: LoneBatch) => Promise<Result>): Promise<Result> {
    if (this.peers !== undefined) throw new RangeError("several sequencers order this chain, so no work on it is alone");
    const { mempool, admission } = this.#dependencies;
    const { result } = await this.#commands.run(async () => {
      const parts = {
        mempool,
        admission,
        builder: this.#builder,
        pool: this.#pool,
        waiting: this.#waiting,
        unpaid: this.#unpaid,
      };
      const batch = new LoneBatch(parts);
      const running = work(batch);
      // An error of the caller must not stop the chain.
      await running.catch(() => undefined);
      batch.requireSound();
      return { result: running };
    });
    this.#timing.advance();
    return result;
  }

  /** Ends the open batch if it is idle and may be sealed now: the rules of its first second no longer apply. */
  sealIdle(): Promise<void> {
    return this.#commands.run(async () => {
      if (this.isIdle && this.#canSeal()) await this.#builder.seal();
    });
  }

  /** Continues after `canSeal` was false: proving has caught up. */
  resume(): void {
    this.#timing.resume();
    this.#turns?.onWork();
  }

  /** Ends the open batch if it holds as many transactions as the policy wants, and `canSeal` kept it open. */
  sealFull(): Promise<void> {
    return this.#commands.run(() => this.#sealFull());
  }

  /** Moves the chain's clock; takes effect with the next block. Resolves with the seconds it has been moved, all in all. */
  async skipTime(seconds: bigint): Promise<bigint> {
    this.#requireChoice(OWN_TIME);
    return this.#work.run(() => this.#dependencies.producer.skipTime(seconds));
  }

  /** From now on no block is earlier than this second: what other chains do with this one's transfers depends on its time. */
  notBefore(timestamp: bigint): Promise<void> {
    // L1's time is later than what any chain waits for by then.
    if (this.#options.isQueueAlone === true) return Promise.resolve();
    return this.#work.run(async () => this.#dependencies.producer.notBefore(timestamp));
  }

  /** Fixes the next block's timestamp, in seconds. Throws SequencerError for the past. */
  async setNextTimestamp(timestamp: bigint): Promise<void> {
    this.#requireChoice(OWN_TIME);
    return this.#work.run(async () => {
      if (await this.#dependencies.producer.setNextTimestamp(timestamp)) return;
      const { timestamp: newest } = this.head;
      const reason =
        timestamp < newest
          ? "is before it"
          : "is the same, and blocks with the same timestamp are not allowed (allowBlocksWithSameTimestamp)";
      throw new SequencerError("TimestampInPast", `the newest block's timestamp is ${newest}, ${timestamp} ${reason}`);
    });
  }

  /** Refusal of a transaction with this receipt and these bytes if no batch holds it. Its changes are not counted. */
  refusalBySize(receipt: Omit<BlockReceipt, "transactionHash">, signed: Hex): SequencerError | undefined {
    return this.#builder.refusalBySize(receipt, signed);
  }

  /** Throws SequencerError CheatRefused if the chain takes no cheats and impersonates no account. */
  requireCheats(): void {
    requireCheatsAllowed(this.#options);
  }

  /** Changes the state without a transaction. Throws SequencerError CheatRefused where that cannot be or is not allowed. */
  cheat(cheat: StateCheat): Promise<void> {
    return this.#commands.run(async () => {
      this.requireCheats();
      await this.#cheat(cheat);
    });
  }

  /** Runs a transaction that its sender did not sign, at once; resolves with its hash. Throws SequencerError CheatRefused. */
  impersonate(request: ImpersonatedRequest): Promise<Hex> {
    return this.#commands.run(async () => {
      this.requireCheats();
      requireFree(request.from);
      const refusal = this.#admission?.refusal(request);
      if (refusal !== undefined) throw refusal;
      return this.#impersonated(request);
    });
  }

  /** Changes which accounts may use the chain. What waits is judged by the new lists when its turn comes. */
  async setLists(change: (lists: AccessLists) => AccessLists): Promise<void> {
    await this.#work.run(async () => this.#setLists(change(this.#dependencies.admission?.lists ?? {})));
    await this.#dependencies.store?.durable();
  }

  next(view: SpineView, stop: AbortSignal): Promise<Offer<BatchCommand> | undefined> {
    return this.#commands.source.next(view, stop);
  }

  outcome(offer: Offer<BatchCommand>, outcome: Outcome<CommandResult>): void {
    this.#commands.source.outcome(offer, outcome);
  }

  on(result: CommandResult): void {
    this.#waiting.decided(result);
    for (const { transactions, receipts } of result.blocks)
      for (const [i, { kind, from }] of transactions.entries())
        if (kind === "signed") this.#unpaid.paid(from, receipts[i]?.gasUsed ?? 0n);
    if (result.command.type === "seal") {
      this.#age.stop();
      this.#isEndWanted = false;
    }
    if (this.isAwaited) this.#age.start();
  }

  mark(): AccessLists {
    return this.#dependencies.admission?.lists ?? {};
  }

  returnTo(lists: AccessLists): void {
    this.#returns++;
    this.#isEndWanted = false;
    this.#commands.forget();
    this.#turns?.onReturned();
    this.#setLists(lists);
    this.#restartAge();
  }

  /** Marks everything, to return to once. */
  snapshot(): Promise<Mark> {
    return this.#commands.atRest(() => this.#dependencies.spine.mark());
  }

  /**
   * Rewinds to a mark, also after a fault, which then ends. The pool has its contents at the mark; a caller that waits
   * for another transaction is refused with StateReverted.
   */
  revert(mark: Mark): Promise<void> {
    return this.#work.restart(
      () => this.#dependencies.spine.returnTo(mark, "snapshot"),
      () => {
        this.#waiting.refuseOthers(stateReverted());
        this.#timing.restart();
      },
    );
  }

  /**
   * Rewinds to before a batch, also after a fault, which then ends, and replays the commands since, as the steps decide:
   * they run after all work that has begun, so that none of it is missed. Then accepts the transactions that waited in
   * the pool. Transactions that arrive in the meantime wait for the end. The chain gets longer than before, and has at
   * least as many batches, so that clients which wait for a block or a batch get one. Resolves with the changes that have
   * become impossible.
   */
  async rewind(steps: RewindSteps): Promise<readonly LostChange[]> {
    let lost: readonly LostChange[] = [];
    const goBack = async (): Promise<void> => {
      // The rewind ends a fault, also one that ended the proposals.
      await this.#commands.settle().catch(() => this.#commands.forget());
      this.#turns?.onReturned();
      lost = await steps(this.#redoing.replayFrom);
    };
    this.#rewinding = this.#commands.resting(() => this.#work.restart(goBack, () => this.#waiting.refuseOthers(stateReverted())));
    try {
      await this.#rewinding;
    } finally {
      this.#rewinding = undefined;
    }
    this.#timing.restart();
    return lost;
  }

  /** Rewinds without a replay: the chain is shorter, and the commands of its blocks arrive again. */
  async rewindWithoutReplay(mark: Mark): Promise<void> {
    await this.rewind(async () => {
      await this.#redoing.rewindWithoutReplay(mark);
      return [];
    });
  }

  /** Does a last thing between two batches: no work follows it. Undefined where a batch is open; then others may. */
  endBetweenBatches<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    return this.#commands.atRest(async () => {
      await this.#dependencies.producer.witnessed();
      if (this.hasOpenBatch) return undefined;
      const result = await work();
      // It ends at once, and waits for this work itself.
      void this.#work.close();
      return result;
    });
  }

  /** Ends block production after the current work. */
  async close(): Promise<void> {
    await this.#work.close();
    for (const running of this.#running) running.stop();
  }

  /** The chain can go no further: the engines disagree, or one of them failed. */
  fail(error: Error): void {
    this.#work.fail(error);
  }

  #peerCommands(): PeerCommands {
    const { producer, admission } = this.#dependencies;
    return new PeerCommands({
      work: this.#work,
      pool: this.#waiting,
      inspection: new PeerInspection({ producer, admission, builder: this.#builder, opening: this.#opening }),
      batch: () => this.#builder.batch,
      onPoolChanged: () => this.#timing.advance(),
    });
  }

  /** Throws SequencerError QueueOnly where there is nothing to choose. */
  #requireChoice(otherwise: string): void {
    if (this.#options.isQueueAlone === true) throw new SequencerError("QueueOnly", `the chain ${otherwise}`);
  }

  #setLists(lists: AccessLists): void {
    const { admission, store } = this.#dependencies;
    if (admission === undefined) return;
    admission.set(lists);
    store?.keepLists(admission.changed);
  }

  /** Admission of new transactions. Accepted ones are replayed whatever the lists contain now. */
  get #admission(): Admission | undefined {
    return this.#redoing.isUnderWay ? undefined : this.#dependencies.admission;
  }

  /** Makes blocks of all that waits, whatever was refused before, or an empty one. */
  async #makeBlocks(): Promise<void> {
    const { mempool } = this.#dependencies;
    this.#unpaid.forget();
    if (!mempool.hasReady) return this.#emptyBlock();
    await this.#produce(mempool.size);
    // The rest follows in the next turn.
    if (this.#turns?.transactionsLeft === 0 && mempool.hasReady) throw endsFirst();
  }

  async #emptyBlock(): Promise<void> {
    await this.#builder.block([]);
  }

  /** Makes further blocks of a range, at most `most`; resolves with their number. */
  async #mineSome(maximum: number, intervalSeconds: bigint): Promise<number> {
    const { mempool, producer } = this.#dependencies;
    if (intervalSeconds > 0n) await producer.setNextTimestamp(producer.head.timestamp + intervalSeconds);
    if (mempool.hasReady) {
      await this.#makeBlocks();
      return 1;
    }
    const count = await this.#builder.empty(Math.min(maximum, MOST_EMPTY_BLOCKS), producer.emptyInterval(intervalSeconds));
    if (intervalSeconds > 0n) await producer.setToHead();
    return count;
  }

  async #cheat(cheat: StateCheat): Promise<void> {
    for (const each of await possibleCheats(cheat, this.#dependencies)) await this.#builder.cheat(each);
  }

  async #impersonated(request: ImpersonatedRequest): Promise<Hex> {
    const { transactionHash } = await this.#builder.impersonated(request, (preview) =>
      this.#admission?.refusalOfRun(request, preview),
    );
    return transactionHash;
  }

  /** True if a batch may be sealed. A replayed batch was sealed before. */
  #maySeal(): boolean {
    return this.#rewinding !== undefined || this.#dependencies.canSeal();
  }

  /** Within a piece of work. A leader's turn ends a batch before it does anything else. */
  #canSeal(): boolean {
    return this.#turns === undefined && this.#maySeal();
  }

  #restartAge(): void {
    this.#age.stop();
    if (this.isAwaited) this.#age.start();
  }

  #end(error: SequencerError, isFault: boolean): void {
    this.#timing.stop();
    this.#age.stop();
    this.#interval.set(undefined);
    this.#waiting.waiters.refuseAll(error);
    this.#turns?.refuseAll(error);
    if (isFault) this.#dependencies.onStop(error);
  }

  async #produce(limit: number): Promise<void> {
    const isDone = await this.#pool.produce(Math.min(limit, this.#turns?.transactionsLeft ?? limit), this.#turns);
    if (!isDone && this.#turns !== undefined && this.#maySeal()) {
      this.wantEnd();
      throw endsFirst();
    }
    this.#timing.setHeldUp(!isDone);
    await this.#sealFull();
  }

  /** True if the open batch holds as many transactions as the policy allows. */
  get #holdsMaximum(): boolean {
    const { maxTransactions = Infinity } = this.#options.batches;
    return (this.#builder.batch?.transactionCount ?? 0) >= maxTransactions;
  }

  /** Makes, as a leader, the changes that wait outside the chain. */
  async #takeInputs(turn: LeaderTurn): Promise<void> {
    for (let input = turn.input?.(); input !== undefined && this.#turns?.hasRoom === true; input = turn.input?.()) {
      try {
        await this.#takeInput(input);
      } catch (error) {
        // The end of the batch must be decided first.
        if (error instanceof OfferError && error.code === "OldTerm") return;
        if (!(error instanceof SequencerError && error.code === "CheatRefused")) throw error;
        return turn.onRefused?.(input, error);
      }
    }
  }

  async #takeInput(input: SharedInput): Promise<void> {
    switch (input.type) {
      case "operation":
        return void (await this.#builder.priorityOp(input.operation));
      case "imports":
        return this.#builder.importRoots(input.roots);
      case "opened": {
        const { transaction } = input.envelope;
        const fits = transaction === undefined || this.#turns?.fitting([transaction]) === 1;
        return fits ? this.#opening.include(input.envelope, input.payer) : undefined;
      }
      case "empty":
        return void (await this.#builder.empty(input.count, input.intervalSeconds));
      case "cheat":
        return this.#builder.cheat(input.cheat);
      case "impersonation":
        return void (await this.#impersonated(input.request));
    }
  }

  async #sealFull(): Promise<void> {
    if (!this.#holdsMaximum || !this.#maySeal()) return;
    if (this.#turns === undefined) await this.#builder.seal();
    else this.wantEnd();
  }

  /** Work that led to no transaction in a block: its sender owes it, and it counts in the leader's turn. */
  #owe(account: Hex, work: number, maxWork: number): void {
    this.#turns?.spend(work);
    this.#unpaid.add(account, Math.min(work, maxWork));
  }
}
