import type { Follower, Source } from "./core/follower.ts";
import { CommandLog, type CommandSink } from "./core/log/command-log.ts";
import { Repetition } from "./core/repetition.ts";
import type { Mark } from "./core/marks.ts";
import { Spine } from "./core/spine.ts";
import { createCompressor } from "../proofs/kernels/wasm/compressor.ts";
import { digestToHex, type Compress } from "../ground/protocol/digest.ts";
import type { Hex } from "../ground/protocol/hex.ts";
import type { BatchNumber } from "../ground/protocol/ids.ts";
import { PREDEPLOYS } from "../ground/protocol/predeploys.ts";
import { isProvenOnL1 } from "../ground/protocol/protocol-version.ts";
import {
  BatchFormer,
  type BatchFormerDependencies,
  type ChainIdentity,
  type FormedBatch,
  type FormedBefore,
} from "./batch/form-batch.ts";
import { Forming, type ChooseData, type FormedResult, type UnformedChain } from "./batch/forming.ts";
import { BatchArchive } from "./index/batch-archive.ts";
import { BlockStore } from "./index/block-store.ts";
import { ChainIndex } from "./index/chain-index.ts";
import type { Clock } from "../ground/runtime/clock.ts";
import type { CommandStore, KeptCommands } from "./ordering/command-store.ts";
import { decodeTransaction, type DecodingOptions } from "../ground/transaction/decode-transaction.ts";
import type { EdrConnect } from "./execution/connection.ts";
import { BLOCK_GAS_LIMIT } from "../ground/transaction/gas-limits.ts";
import type { ExecutionEngine } from "./execution/engine.ts";
import { DEFAULT_MAX_INSTRUCTIONS } from "./model/instruction-limits.ts";
import { mergeAccounts, type GenesisAccount } from "./model/genesis.ts";
import { createInitialState, publishedState, publishingFirst, type InitialState } from "./predeploys/initial-state.ts";
import type { AccountState } from "./mempool/account-view.ts";
import type { GasPrice } from "./mempool/gas-price.ts";
import { Mempool, type MempoolOptions } from "./mempool/mempool.ts";
import type { TransactionOrder } from "./mempool/orders.ts";
import { MovableClock } from "../ground/runtime/movable-clock.ts";
import { MessageIndex } from "./index/message-index.ts";
import type { ChangedLists } from "./model/access-lists.ts";
import { UNLIMITED_CODE } from "../proofs/rules/code-limits.ts";
import { codeLimitsOf } from "./model/limits-of-state.ts";
import { chainRules, withChainId } from "../proofs/rules/chain-rules.ts";
import type { SignedTransaction } from "../ground/transaction/transaction.ts";
import { Admission, type AdmissionOptions } from "./sequencer/admission.ts";
import { BlockProducer } from "./sequencer/block-producer.ts";
import { BatchReducer, type CommandResult } from "./ordering/batch-reducer.ts";
import type { BatchCommand } from "./ordering/command.ts";
import { OrderError } from "./ordering/order-error.ts";
import { timeRefusal } from "./ordering/time-refusal.ts";
import { limitsBeside, provenLimits, type BatchLimits } from "./ordering/limits.ts";
import { requirePredeploy } from "./sequencer/missing-predeploys.ts";
import { requirePartition, requireServed, type Partition } from "./sequencer/partition-check.ts";
import type { OtherLeaders } from "./sequencer/leader-turns.ts";
import type { Deciders } from "./sequencer/own-commands.ts";
import { FollowingSequencer } from "./sequencer/following-sequencer.ts";
import type { RemoteLeaders } from "./sequencer/remote-leaders.ts";
import { Sequencer, type SequencerDependencies, type SequencerOptions } from "./sequencer/sequencer.ts";
import { formAgain } from "./sequencer/form-again.ts";
import type { LostChange } from "./sequencer/replay.ts";
import type { SequencerError } from "./sequencer/sequencer-error.ts";
import type { PriorityOperation, SystemTransactions } from "../ground/protocol/system-transactions.ts";
import { StateHistory } from "./index/state-history.ts";
import { keepPlace } from "./past/keep-place.ts";
import { closedAfter, firstHead, openEngine, treeOf } from "./past/begin-chain.ts";
import type { BegunPast } from "./past/open-past.ts";
import type { PlaceStore } from "./past/place.ts";
import { firstAccounts, placeOf, type Start } from "./past/start.ts";
import type { StateTree } from "./state/state-tree.ts";
import { EventLoopYield } from "../ground/runtime/event-loop-yield.ts";
import { startQuestions, type Questions } from "./questions/questions.ts";
import { startWitness, type Witness } from "./witness/witness.ts";

export interface ChainOptions {
  readonly chainId: number;
  /** Receives all fees. */
  readonly coinbase: Hex;
  /** Seconds. */
  readonly genesisTimestamp: bigint;
  /** The protocol's genesis: the first state tree, the same for every chain. */
  readonly genesis: readonly GenesisAccount[];
  /** Start state. */
  readonly start: Start;
  /** Initial accounts of this chain besides the genesis. Its first batch publishes them. */
  readonly initialState?: readonly GenesisAccount[];
  readonly identity: Omit<ChainIdentity, "chainId">;
  /** The accounts of a second tree. Default: the chain has one tree. */
  readonly partition?: ChainPartition | undefined;
  /** State before `sequencer.firstBatch`. */
  readonly formedBefore: FormedBefore;
  readonly mempool: MempoolOptions;
  readonly sequencer: Omit<SequencerOptions, "hashesUnknown" | "rewindable"> & { readonly limits: BatchLimits };
  /** Instructions that a transaction may run; at least MIN_INSTRUCTION_LIMIT. Default: DEFAULT_MAX_INSTRUCTIONS. */
  readonly maxInstructions?: number;
  /** Whether each block of users is at least a second later than the block before it. Default false: they follow the clock. */
  readonly distinctTimestamps?: boolean;
  /** Replay protection of accepted transactions. Default "required". */
  readonly replayProtection?: DecodingOptions["replayProtection"];
  /** Whether Hardhat collects coverage or gas statistics: its network repeats what runs before it is answered. Default false. */
  readonly isMeasured?: boolean;
  /**
   * True if the chain can reseal batches. It then stores its results since the last batch that was passed to
   * `executedOnL1`. Default false.
   */
  readonly rewindable?: boolean;
  /** Whose transactions are taken. Default: every account's. */
  readonly access?: AccessOptions;
}

/** Which accounts may use a chain, and who decides that. */
export type AccessOptions = Pick<AdmissionOptions, "lists" | "admin" | "deliveries">;

/** A chain's porter. */
interface ChainPartition {
  /** For which its accounts sign. */
  readonly chainId: number;
  /** Tree before the chain's next batch, which the chain takes over and changes. */
  readonly tree: StateTree;
}

/** Result of a command, with the batch that a seal ended, in L1's form. */
export type ChainResult = FormedResult<CommandResult>;

export interface ChainDependencies {
  readonly connect: EdrConnect;
  /** Price that transactions must pay. Default: nothing, if their fee cap is the mempool's minimum. */
  readonly gasPrice?: Pick<GasPrice, "leastWei"> | undefined;
  readonly clock: Clock;
  /** The chain's time where it shares it with others, who then mark and restore it. Default: its own, by `clock`. */
  readonly time?: MovableClock;
  readonly system: SystemTransactions;
  readonly flowsHash: BatchFormerDependencies["flowsHash"];
  readonly versionOf: BatchFormerDependencies["versionOf"];
  readonly policyOf?: BatchFormerDependencies["policyOf"];
  readonly alterChanges?: NonNullable<BatchFormerDependencies["alterChanges"]>;
  /** Method of making each batch's data available. Default: its commit publishes them. */
  readonly chooseData?: ChooseData | undefined;
  /** Follow the chain before a sealed batch is applied to its state tree. */
  readonly beforeForming?: (chain: UnformedChain) => readonly Follower<CommandResult>[];
  /** Followers after all internal ones: for each batch they receive the committed and proven form. */
  readonly followers?: readonly Follower<ChainResult>[];
  /** Tell the chain what to do, and return with it to users' marks. */
  readonly sources?: readonly Source<CommandResult>[];
  /** The chain has stopped for good; the error is the report. */
  readonly onStop?: (error: SequencerError) => void;
  /** False while proving is too far behind for another batch. */
  readonly canSeal?: () => boolean;
  /** Keeps what the chain decides beyond its process; `kept` is what earlier processes left there. */
  readonly keeping?: {
    readonly store: CommandStore;
    readonly kept: KeptCommands;
    readonly places?: PlaceStore;
    /** History before the checkpoint of the options. */
    readonly past?: BegunPast | undefined;
  };
  /** Awaited before `seal` ends a batch; what it rejects with, `seal` does. */
  readonly beforeSeal?: () => Promise<void>;
  /** Participants that decide the chain's order with the sequencer. Default: it decides alone. */
  readonly deciders?: Deciders;
  /** Sequencers with which the chain's sequencer leads in turns. Default: it always leads. */
  readonly leaders?: OtherLeaders | undefined;
  /** Leaders in other processes, which this chain follows. Default: its sequencer leads. */
  readonly remoteLeaders?: RemoteLeaders | undefined;
  /** Called with each decided command, and with the number of remaining ones after a return. */
  readonly decided?: CommandSink<BatchCommand> | undefined;
  /** Replacement of the chain's engine, which it may use and must close. Default: that one. */
  readonly engine?: ((own: ExecutionEngine) => ExecutionEngine) | undefined;
  /** Which waiting transaction comes next. Default: the one that has waited longest. */
  readonly order?: TransactionOrder | undefined;
}

/** Gas of a thousand payments: the most by which a follower lags. */
const MOST_LAG = 21_000_000;
/** A time, a count of operations and a batch that come after every upgrade that is announced. */
const LATEST = 2n ** 64n - 1n;

/** One hyperchain: its stages from the pool to the formed batch, wired together. */
export interface Chain {
  readonly chainId: number;
  /** Instructions that a transaction may run. */
  readonly maxInstructions: number;
  readonly engine: ExecutionEngine;
  readonly witness: Witness;
  readonly questions: Questions;
  readonly mempool: Mempool;
  readonly admission: Admission;
  readonly sequencer: Sequencer;
  readonly spine: Spine<BatchCommand, CommandResult>;
  /** Log of the decided commands. */
  readonly log: CommandLog<BatchCommand>;
  readonly tree: StateTree;
  readonly partition: ChainPartition | undefined;
  readonly blocks: BlockStore;
  readonly index: ChainIndex;
  readonly messages: MessageIndex;
  readonly archive: BatchArchive;
  readonly history: StateHistory;
  /** The first state of every chain, and the root of its tree. Undefined for a chain that began at a later state. */
  readonly genesis: { readonly accounts: readonly GenesisAccount[]; readonly root: Hex } | undefined;
  /** Protocol version of the open batch, or of the next one, by the latest data of L1. */
  protocolVersion(): bigint;
  /** Protocol version after all upgrades that are announced on L1; this software may not support it. */
  announcedVersion(): bigint;
  /** Operations that all formed batches took from L1's queue. */
  operationsTaken(): bigint;
  /** State for a chain that forms the next batch. */
  formed(): Required<FormedBefore>;
  /**
   * Stores the present as a checkpoint from which a later process continues, and stops making blocks: those of this
   * engine have other hashes than those of one that begins there. The start there repeats an open batch that has imports
   * alone. Resolves with false if another batch is open; then the chain continues. L1 must have executed all sealed
   * batches: no later process can rewind to before the checkpoint. Absent if nothing is stored.
   */
  keepPlace?(): Promise<boolean>;
  /**
   * Takes a serialised transaction; resolves with its hash. `partition`: that whose id it must be signed for; by default either.
   * Throws TransactionFormatError, MempoolError, SequencerError.
   */
  submit(raw: string, partition?: Partition): Promise<Hex>;
  /** Reads a serialized transaction as `submit` does, and submits nothing. Throws TransactionFormatError, SequencerError. */
  read(raw: string, partition?: Partition): Promise<SignedTransaction>;
  /** Ends the open batch and forms it. Undefined where none is open. */
  seal(): Promise<FormedBatch | undefined>;
  /** Reads L1 if the view of it is old, so that a batch may end. What the sequencer does alone cannot do that. */
  prepareSeal(): Promise<void>;
  /** Marks everything at once: engines, tree, pool, open batch, index and time. */
  snapshot(): Promise<Mark>;
  /** Rewinds to a mark, once; later marks end. A chain that has stopped continues. Rejects when it is closed. */
  revert(mark: Mark): Promise<void>;
  /**
   * Rewinds to before a batch, and rebuilds it and everything since, with these operations of L1's queue and those that
   * it took later in that first batch. A chain that has stopped continues; marks taken since end. `onBack` is called
   * after the rewind, before anything is formed, and again if the batch was too full for the operations. Resolves with
   * the changes that have become impossible. Rejects with RangeError if the chain no longer stores that batch, or when it
   * is closed.
   */
  rewind(
    batchNumber: BatchNumber,
    operations: readonly PriorityOperation[],
    onBack: () => void,
    without?: ReadonlySet<bigint>,
  ): Promise<readonly LostChange[]>;
  /**
   * Rewinds to before a batch without a replay: for a chain whose blocks follow from L1, which has changed. A chain that
   * has stopped continues. Rejects with RangeError if the chain no longer stores that batch, or when it is closed.
   */
  goBack(batchNumber: BatchNumber): Promise<void>;
  /** True if `rewind` and `goBack` can return to before the batch. */
  remembers(batchNumber: BatchNumber): boolean;
  /** L1 has the last sealed batch with this commitment, which another account may have settled. Before the next one is sealed. */
  settledAs(commitment: Hex): void;
  /** Whether the chain can still return to a mark: `rewind` ends those that were taken since the batch began. */
  canRevert(mark: Mark): boolean;
  /** Records that L1 has executed all batches before this one, to which the chain does not rewind. */
  executedOnL1(nextBatch: bigint): void;
  close(): Promise<void>;
}

/**
 * Starts a chain at its genesis, or at its origin; from there it continues to the end of its store's earlier processes.
 * Throws EngineError or GenesisError for an impossible genesis.
 */
export async function startChain(options: ChainOptions, dependencies: ChainDependencies): Promise<Chain> {
  const { keeping } = dependencies;
  if (keeping === undefined) return composeChain(options, dependencies);
  const { store, kept, places, past } = keeping;
  const { executed } = kept;
  const chain = await composeChain(options, {
    ...dependencies,
    store,
    past,
    kept,
  });
  // Each was taken once.
  const rules = chainRules(options.chainId, UNLIMITED_CODE);
  const porter = porterRules(rules, options);
  const waiting = kept.waiting.map((raw) => decodeTransaction(raw, rules, { replayProtection: "optional", porter }));
  try {
    await chain.sequencer.repeat(new Repetition(chain.log, kept.onRepeated), waiting);
    chain.executedOnL1(executed);
  } catch (error) {
    await chain.close();
    throw error;
  }
  return {
    ...chain,
    revert: (mark) => store.together(() => chain.revert(mark)),
    rewind: (...steps) => store.together(() => chain.rewind(...steps)),
    goBack: (batchNumber) => store.together(() => chain.goBack(batchNumber)),
    ...(places === undefined ? {} : { keepPlace: () => keepPlaceOf(chain, options, { places, store }) }),
  };
}

async function keepPlaceOf(
  chain: Chain,
  { start }: ChainOptions,
  { places, store }: { readonly places: PlaceStore; readonly store: CommandStore },
): Promise<boolean> {
  const { sequencer, genesis, spine, mempool } = chain;
  if (genesis === undefined) throw new TypeError("a chain that began at a later state has no block 0 to keep");
  // A return would refuse what waits in the pool.
  const opening = sequencer.isIdle && mempool.size === 0 ? spine.before(sequencer.batchNumber) : undefined;
  const idle = opening === undefined ? [] : spine.since(opening);
  if (opening !== undefined) await store.together(() => chain.goBack(sequencer.batchNumber));
  const kept = await sequencer.endBetweenBatches(async () => {
    const { head, batchNumber: nextBatch } = sequencer;
    const here = { head: { number: head.number, timestamp: head.timestamp }, nextBatch, commands: spine.executed };
    await keepPlace({ ...chain, ...here, genesisRoot: genesis.root, keptBlocks: placeOf(start)?.blocks ?? [] }, places);
    return true;
  });
  if (kept === undefined) return false;
  // The next start repeats the open batch, which holds imports alone.
  for (const command of idle) store.append(command);
  return true;
}

type CompositionDependencies = Omit<ChainDependencies, "keeping"> & {
  readonly store?: CommandStore;
  readonly past?: BegunPast | undefined;
  readonly kept?: KeptCommands;
};

/** State before the chain's first block, and the part of it that the first batch publishes. */
function initialStateOf({ genesis, start, initialState = [] }: ChainOptions): InitialState {
  if (start.from === "state") return publishedState(start.origin.accounts);
  const before = start.imported?.accounts ?? genesis;
  return start.from === "place" ? publishedState(mergeAccounts(before, initialState)) : createInitialState(before, initialState);
}

async function composeChain(options: ChainOptions, dependencies: CompositionDependencies): Promise<Chain> {
  const {
    chainId,
    coinbase,
    start,
    partition,
    maxInstructions = DEFAULT_MAX_INSTRUCTIONS,
    replayProtection = "required",
    rewindable = false,
    distinctTimestamps = false,
  } = options;
  const place = placeOf(start);
  const initial = initialStateOf(options);
  const genesis = initial.accounts;
  const limitsOfCode = codeLimitsOf(genesis);
  const { clock, system, flowsHash, versionOf, policyOf, alterChanges, store } = dependencies;
  const time = dependencies.time ?? new MovableClock(clock);
  const compressor = createCompressor();
  const witness = startWitness({ chainId, genesis, ...(place === undefined ? {} : { state: place.state }) });
  const questions = startQuestions(chainId, limitsOfCode, witness);
  const opening = openEngine({ ...options, genesis }, dependencies, witness, questions);
  // Concurrently with the threads that load the state of a checkpoint.
  const tree = await treeOf(options, compressor).catch((error: unknown) => closedAfter(opening, witness, error));
  const engine = dependencies.engine?.(await opening) ?? (await opening);
  const accounts = firstAccounts(start, options.genesis);
  const first = accounts && { accounts, root: place?.genesisRoot ?? digestToHex(tree.root) };
  const { head, before } = await firstHead(options, engine, witness);
  const mempool = new Mempool(options.mempool, {
    fees: dependencies.gasPrice === undefined ? undefined : { gasPrice: dependencies.gasPrice, recipient: coinbase },
    account: (address) => readAccount(engine, address),
    order: dependencies.order,
    onLost: (transaction, reason) => sequencer.lost(transaction, reason),
  });
  const admission = admissionOf(options, dependencies.kept?.lists);
  const compress: Compress = (tag, left, right) => compressor.compress(tag, left, right);
  const identity = { ...options.identity, chainId: BigInt(chainId) };
  const former = new BatchFormer(identity, options.formedBefore, {
    ...{ tree, partition: partition?.tree, flowsHash, versionOf, policyOf, compress, alterChanges },
  });
  const { firstBatch, limits } = options.sequencer;
  const forming = new Forming(former, publishingFirst(initial, firstBatch), dependencies.chooseData);
  const blockRules = { chainId: identity.chainId, coinbase, gasLimit: BLOCK_GAS_LIMIT, isQueueAlone: identity.isQueueAlone };
  const isProvenAt = (timestamp: bigint): boolean =>
    reducer.batch?.isProven ?? isProvenOnL1(versionOf(timestamp, former.operationsTaken, reducer.batchNumber));
  const producer = new BlockProducer(
    { rules: blockRules, isProvenAt, head, maxInstructions, distinctTimestamps },
    { engine, witness, clock: time, onWitnessFailure: (error) => sequencer.fail(error) },
  );
  // The first batch publishes the first state in addition to its changes.
  const limitsOf = limitsByMode(limitsBeside(limits, initial.size), limits);
  const reducer = new BatchReducer(blockRules, firstBatch, {
    engine: producer,
    system,
    extensions: options.identity.extensions,
    compress,
    limits: (batchNumber, isProven) => limitsOf(batchNumber === firstBatch, isProven),
    leafCount: () => tree.leafCount,
    beginsProven: start.from === "state" && start.isProven,
  });
  const earlier = dependencies.past?.told;
  const blocks = new BlockStore({ chainId, head, before }, { header: (number) => engine.header(number), earlier });
  const index = new ChainIndex(place?.index);
  const messages = new MessageIndex(place?.messages);
  const archive = new BatchArchive(place?.archive);
  const history = new StateHistory(place?.history ?? { dump: tree.export(), steps: [], bytes: 0 }, { compressor });
  const { beforeForming, followers = [], sources = [], kept } = dependencies;
  const log = new CommandLog<BatchCommand>({
    first: place?.commands ?? 0,
    commands: kept?.commands ?? [],
    sink: sinkOf(store, dependencies.decided),
    remembers: rewindable,
  });
  const spine = new Spine<BatchCommand, CommandResult>({
    reducer,
    followers: [
      blocks,
      index,
      messages,
      ...(beforeForming?.({ tree, head: () => head }) ?? []),
      forming,
      ...[archive, history, ...followers].map((follower) => forming.behind(follower)),
    ],
    log,
    // It never rewinds over batches that L1 has executed, so it records no undo data for a long history.
    begins: (command) => rewindable && command.type === "open" && command.batchNumber >= (kept?.executed ?? 0n),
    ends: (command) => command.type === "seal",
    isRefusal: (error) => error instanceof OrderError,
    refusal: (commands) => timeRefusal(commands, { head: producer.head, nowSeconds: time.nowSeconds() }),
    mostLag: MOST_LAG,
  });
  const sequencer = openSequencer(
    { ...options.sequencer, hashesUnknown: start.from === "state" },
    {
      mempool,
      producer,
      reducer,
      spine,
      mostCodeBytes: limitsOfCode.runtimeBytes,
      clock,
      decidedHead: () => blocks.head,
      onStop: (error) => dependencies.onStop?.(error),
      canSeal: dependencies.canSeal ?? (() => true),
      admission,
      ...(store === undefined ? {} : { store }),
      deciders: dependencies.deciders,
      leaders: dependencies.leaders,
    },
    dependencies.remoteLeaders,
  );
  for (const source of [...(dependencies.time === undefined ? [timeSource(time)] : []), ...sources]) spine.attach(source);
  const read = readerOf({ ...options, replayProtection }, chainRules(chainId, limitsOfCode), engine);
  return {
    ...{ chainId, maxInstructions, engine },
    witness,
    questions,
    mempool,
    admission,
    sequencer,
    spine,
    log,
    tree,
    partition,
    blocks,
    index,
    messages,
    archive,
    history,
    genesis: first,
    protocolVersion: () => versionOf(sequencer.nextEnvironment.timestamp, former.operationsTaken, reducer.batchNumber),
    announcedVersion: () => versionOf(LATEST, LATEST, LATEST),
    operationsTaken: () => former.operationsTaken,
    formed: () => former.formed,
    async submit(raw, partition) {
      const { returns } = sequencer;
      const transaction = await read(raw, partition);
      await sequencer.submit(transaction, returns);
      return transaction.hash;
    },
    ...{ read, prepareSeal: async () => dependencies.beforeSeal?.() },
    async seal() {
      await dependencies.beforeSeal?.();
      const sealed = await sequencer.seal();
      return sealed === undefined ? undefined : forming.formed(sealed);
    },
    snapshot: () => sequencer.snapshot(),
    revert: (mark) => sequencer.revert(mark),
    async rewind(batchNumber, operations, onBack, without) {
      // Before anything is done: an error in the middle ends the chain.
      markBefore(spine, batchNumber);
      return sequencer.rewind((doAgain) => formAgain({ batchNumber, operations, without, spine, onBack }, doAgain));
    },
    goBack: async (batchNumber) => sequencer.goBack(markBefore(spine, batchNumber)),
    remembers: (batchNumber) => spine.before(batchNumber) !== undefined,
    ...{ canRevert: (mark: Mark) => spine.holds(mark), settledAs: (commitment: Hex) => former.settledAs(commitment) },
    executedOnL1: (nextBatch) => spine.forgetBefore(nextBatch),
    async close() {
      await sequencer.close();
      await questions.close();
      await witness.close();
      await engine.close();
    },
  };
}

function openSequencer(
  options: SequencerOptions,
  dependencies: SequencerDependencies,
  remote: RemoteLeaders | undefined,
): Sequencer {
  return remote === undefined ? new Sequencer(options, dependencies) : new FollowingSequencer(options, dependencies, remote);
}

function sinkOf(
  store: CommandStore | undefined,
  decided: CommandSink<BatchCommand> | undefined,
): CommandSink<BatchCommand> | undefined {
  if (store === undefined || decided === undefined) return store ?? decided;
  return {
    append(command) {
      store.append(command);
      decided.append(command);
    },
    truncate(length) {
      store.truncate(length);
      decided.truncate(length);
    },
  };
}

/** Mark at the start of a batch. Throws RangeError if the chain no longer stores it. */
function markBefore(spine: Pick<Chain["spine"], "before">, batchNumber: BatchNumber): Mark {
  const mark = spine.before(batchNumber);
  if (mark !== undefined) return mark;
  throw new RangeError(`the chain cannot rewind to before batch ${batchNumber}: L1 has executed it, or it has not begun`);
}

function admissionOf({ chainId, coinbase, access }: ChainOptions, changed: ChangedLists | undefined): Admission {
  const { lists = {}, admin = () => coinbase, deliveries } = access ?? {};
  // Not the genesis' singletons, which create contracts for any caller.
  const trusted = Object.values(PREDEPLOYS);
  return new Admission({ chainId, lists, changed, admin, operator: coinbase, deliveries, trusted });
}

/** Reads what users submit. The reader throws TransactionFormatError, and SequencerError for what the chain's pool refuses. */
function readerOf(
  { chainId, coinbase, partition, replayProtection }: ChainOptions & Pick<DecodingOptions, "replayProtection">,
  rules: ReturnType<typeof chainRules>,
  engine: ExecutionEngine,
): (raw: string, served?: Partition) => Promise<SignedTransaction> {
  const porter = porterRules(rules, { partition });
  const turns = new EventLoopYield();
  return async (raw, served) => {
    await turns.next();
    const transaction = decodeTransaction(raw, rules, { replayProtection, intrinsicGas: "required", porter });
    const state = engine.state("now");
    await requirePredeploy(transaction.to, state);
    if (porter === undefined) return transaction;
    const ids = { chainId, porterId: porter.chainId(), coinbase };
    requireServed(transaction, served, ids);
    await requirePartition(transaction, state, ids);
    return transaction;
  };
}

function porterRules(
  rules: ReturnType<typeof chainRules>,
  { partition }: Pick<ChainOptions, "partition">,
): typeof rules | undefined {
  return partition === undefined ? undefined : withChainId(rules, BigInt(partition.chainId));
}

/** A chain's own time returns with it. */
function timeSource(time: MovableClock): Source<CommandResult, ReturnType<MovableClock["mark"]>> {
  return { name: "time", on: () => undefined, mark: () => time.mark(), returnTo: (mark) => time.revert(mark) };
}

async function readAccount(engine: ExecutionEngine, address: Hex): Promise<AccountState> {
  const state = engine.state("now");
  const [account, code] = await Promise.all([state.account(address), state.code(address)]);
  return { ...account, hasCode: code !== "0x" };
}

/** Limits of a chain's first batch and of later ones, by whether their execution is proven. */
function limitsByMode(first: BatchLimits, later: BatchLimits): (isFirst: boolean, isProven: boolean) => BatchLimits {
  const trusted = { first, later };
  const proven = { first: provenLimits(first), later: provenLimits(later) };
  return (isFirst, isProven) => (isProven ? proven : trusted)[isFirst ? "first" : "later"];
}
