import { digestToHex, type Compress } from "../../ground/protocol/digest.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { isProvenOnL1 } from "../../ground/protocol/protocol-version.ts";
import { MovableClock } from "../../ground/runtime/movable-clock.ts";
import { BLOCK_GAS_LIMIT } from "../../ground/transaction/gas-limits.ts";
import { createCompressor } from "../../proofs/kernels/wasm/compressor.ts";
import { BatchFormer } from "../batch/form-batch.ts";
import { Forming } from "../batch/forming.ts";
import type { Source } from "../core/follower.ts";
import { CommandLog, type CommandSink } from "../core/log/command-log.ts";
import { Spine } from "../core/spine.ts";
import type { ExecutionEngine } from "../execution/engine.ts";
import { BatchArchive } from "../index/batch-archive.ts";
import { BlockStore } from "../index/block-store.ts";
import { ChainIndex } from "../index/chain-index.ts";
import { MessageIndex } from "../index/message-index.ts";
import { StateHistory } from "../index/state-history.ts";
import type { AccountState } from "../mempool/account-view.ts";
import { Mempool } from "../mempool/mempool.ts";
import { mergeAccounts, type GenesisAccount } from "../model/genesis.ts";
import { DEFAULT_MAX_INSTRUCTIONS } from "../model/instruction-limits.ts";
import { codeLimitsOf } from "../model/limits-of-state.ts";
import { BatchReducer, type CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { CommandStore } from "../ordering/command-store.ts";
import { remainingLimits, provenLimits, type BatchLimits } from "../ordering/limits.ts";
import { OrderError } from "../ordering/order-error.ts";
import { timeRefusal } from "../ordering/time-refusal.ts";
import { closedAfter, firstHead, openEngine, treeOf } from "../past/begin-chain.ts";
import { firstAccounts, placeOf } from "../past/start.ts";
import { createInitialState, publishedState, publishingFirst, type InitialState } from "../predeploys/initial-state.ts";
import { startQuestions, type Questions } from "../questions/questions.ts";
import { Admission } from "../sequencer/admission.ts";
import { BlockProducer } from "../sequencer/block-producer.ts";
import { FollowingSequencer } from "../sequencer/following-sequencer.ts";
import { Sequencer, type SequencerDependencies } from "../sequencer/sequencer.ts";
import type { StateTree } from "../state/state-tree.ts";
import { startWitness, type Witness } from "../witness/witness.ts";
import type { BatchForming, ChainDependencies, ChainOptions } from "./chain-inputs.ts";

/** State tree of a chain, and the engines that execute on the state. */
export interface ChainEngines {
  /** Instructions that a transaction may run. */
  readonly maxInstructions: number;
  readonly engine: ExecutionEngine;
  readonly witness: Witness;
  readonly questions: Questions;
  readonly tree: StateTree;
}

/** State of a chain before its first block. */
export interface OpenedState {
  readonly initial: InitialState;
  readonly codeLimits: ReturnType<typeof codeLimitsOf>;
  readonly engines: ChainEngines;
  /** Newest block before the chain's first one, and blocks up to it that BLOCKHASH can name. */
  readonly first: Awaited<ReturnType<typeof firstHead>>;
  readonly compressor: ReturnType<typeof createCompressor>;
}

/** Indexes for readers. They follow the chain in this order. */
export interface ChainBooks {
  readonly blocks: BlockStore;
  readonly index: ChainIndex;
  readonly messages: MessageIndex;
  readonly archive: BatchArchive;
  readonly history: StateHistory;
}

/** Stages of a chain, from its state to its sequencer. */
export interface ChainParts {
  readonly state: OpenedState;
  readonly mempool: Mempool;
  readonly admission: Admission;
  readonly former: BatchFormer;
  readonly forming: Forming;
  readonly reducer: BatchReducer;
  readonly books: ChainBooks;
  readonly log: CommandLog<BatchCommand>;
  readonly spine: Spine<BatchCommand, CommandResult>;
  readonly sequencer: Sequencer;
}

/** Maximum lag of a follower: the gas of a thousand payments. */
const MOST_LAG = 21_000_000;

/** Opens the stages of a chain, each on those before it. Rejects with EngineError, GenesisError or PlaceError. */
export async function composeParts(options: ChainOptions, dependencies: ChainDependencies): Promise<ChainParts> {
  const { keeping, sources = [] } = dependencies;
  const state = await openState(options, dependencies);
  const time = dependencies.time ?? new MovableClock(dependencies.clock);
  const mempool = openPool(options, dependencies, state, () => sequencer);
  const admission = openAdmission(options, keeping?.earlier.lists);
  const { former, forming } = openForming(options, dependencies.forming, state);
  const { producer, reducer } = openOrder(options, dependencies, { state, former, time, sequencer: () => sequencer });
  const books = openBooks(options, state, keeping?.past?.pastBlocks);
  const log = openLog(options, dependencies);
  const spine = new Spine<BatchCommand, CommandResult>({
    reducer,
    followers: followersOf(dependencies, state, books, forming),
    log,
    begins: rewindPoint(options, keeping?.earlier.executed),
    ends: (command) => command.type === "seal",
    isRefusal: (error) => error instanceof OrderError,
    refusal: (commands) => timeRefusal(commands, { head: producer.head, nowSeconds: time.nowSeconds() }),
    mostLag: MOST_LAG,
  });
  const sequencer = openSequencer(options, dependencies, {
    mempool,
    admission,
    producer,
    reducer,
    spine,
    mostCodeBytes: state.codeLimits.runtimeBytes,
    decidedHead: () => books.blocks.head,
  });
  if (dependencies.time === undefined) spine.attach(timeSource(time));
  for (const source of sources) spine.attach(source);
  return { state, mempool, admission, former, forming, reducer, books, log, spine, sequencer };
}

/** Accounts of block 0 and the root of their tree; undefined for a chain that began at a later state. */
export function genesisOf(
  { start, genesis }: ChainOptions,
  root: StateTree["root"],
): { readonly accounts: readonly GenesisAccount[]; readonly root: Hex } | undefined {
  const accounts = firstAccounts(start, genesis);
  return accounts && { accounts, root: placeOf(start)?.genesisRoot ?? digestToHex(root) };
}

async function openState(options: ChainOptions, { connect, engine: replaced, keeping }: ChainDependencies): Promise<OpenedState> {
  const { chainId, start, execution: { isMeasured, maxInstructions = DEFAULT_MAX_INSTRUCTIONS } = {} } = options;
  const initial = initialStateOf(options);
  const genesis = initial.accounts;
  const codeLimits = codeLimitsOf(genesis);
  const compressor = createCompressor();
  const witness = startWitness({ chainId, genesis, state: placeOf(start)?.state });
  const questions = startQuestions(chainId, codeLimits, witness);
  const beginning = { ...options, genesis, isMeasured };
  const opening = openEngine(beginning, { connect, past: keeping?.past }, witness, questions);
  // Concurrently with the threads that load the state of a checkpoint.
  const tree = await treeOf(options, compressor).catch((error: unknown) => closedAfter(opening, witness, error));
  const opened = await opening;
  const engine = replaced?.(opened) ?? opened;
  const first = await firstHead(options, engine, witness);
  return { initial, codeLimits, engines: { maxInstructions, engine, witness, questions, tree }, first, compressor };
}

/** State before the chain's first block, with the changes that the first batch publishes. */
function initialStateOf({ genesis, start, initialState = [] }: ChainOptions): InitialState {
  if (start.from === "state") return publishedState(start.origin.accounts);
  const before = start.imported?.accounts ?? genesis;
  return start.from === "place" ? publishedState(mergeAccounts(before, initialState)) : createInitialState(before, initialState);
}

function openPool(
  { mempool, coinbase }: ChainOptions,
  { gasPrice, order }: ChainDependencies,
  { engines: { engine } }: OpenedState,
  sequencer: () => Sequencer,
): Mempool {
  return new Mempool(mempool, {
    fees: gasPrice && { gasPrice, recipient: coinbase },
    account: (address) => readAccount(engine, address),
    order,
    onLost: (transaction, reason) => sequencer().lost(transaction, reason),
  });
}

async function readAccount(engine: ExecutionEngine, address: Hex): Promise<AccountState> {
  const state = engine.state("now");
  const [account, code] = await Promise.all([state.account(address), state.code(address)]);
  return { ...account, hasCode: code !== "0x" };
}

function openAdmission(
  { chainId, coinbase, access }: ChainOptions,
  changed: ConstructorParameters<typeof Admission>[0]["changed"],
): Admission {
  const { lists = {}, admin = () => coinbase, deliveries } = access ?? {};
  // Not the genesis' singletons, which create contracts for any caller.
  const trusted = Object.values(PREDEPLOYS);
  return new Admission({ chainId, lists, changed, admin, operator: coinbase, deliveries, trusted });
}

function openForming(
  options: ChainOptions,
  { chooseData, flowsHash, versionOf, policyOf, alterChanges }: BatchForming,
  state: OpenedState,
): Pick<ChainParts, "former" | "forming"> {
  const { chainId, identity, formedBefore, partition, sequencer } = options;
  const former = new BatchFormer({ ...identity, chainId: BigInt(chainId) }, formedBefore, {
    tree: state.engines.tree,
    partition: partition?.tree,
    compress: compressOf(state),
    flowsHash,
    versionOf,
    policyOf,
    alterChanges,
  });
  return { former, forming: new Forming(former, publishingFirst(state.initial, sequencer.firstBatch), chooseData) };
}

function compressOf({ compressor }: OpenedState): Compress {
  return (tag, left, right) => compressor.compress(tag, left, right);
}

/** Opens the producer of blocks, and the reducer that forms batches from commands. */
function openOrder(
  options: ChainOptions,
  { system, forming: { versionOf } }: ChainDependencies,
  on: {
    readonly state: OpenedState;
    readonly former: BatchFormer;
    readonly time: MovableClock;
    readonly sequencer: () => Sequencer;
  },
): { readonly producer: BlockProducer; readonly reducer: BatchReducer } {
  const { chainId, coinbase, identity, start, sequencer } = options;
  const { state, former, time } = on;
  const { maxInstructions, engine, witness, tree } = state.engines;
  const { firstBatch, limits, distinctTimestamps } = sequencer;
  const rules = { chainId: BigInt(chainId), coinbase, gasLimit: BLOCK_GAS_LIMIT, isQueueAlone: identity.isQueueAlone };
  const isProvenAt = (timestamp: bigint): boolean =>
    reducer.batch?.isProven ?? isProvenOnL1(versionOf(timestamp, former.operationsTaken, reducer.batchNumber));
  const producer = new BlockProducer(
    { rules, isProvenAt, head: state.first.head, maxInstructions, distinctTimestamps },
    { engine, witness, clock: time, onWitnessFailure: (error) => on.sequencer().fail(error) },
  );
  // The first batch publishes the first state in addition to its changes.
  const limitsOf = limitsByMode(remainingLimits(limits, state.initial.size), limits);
  const reducer = new BatchReducer(rules, firstBatch, {
    engine: producer,
    system,
    extensions: identity.extensions,
    compress: compressOf(state),
    limits: (batchNumber, isProven) => limitsOf(batchNumber === firstBatch, isProven),
    leafCount: () => tree.leafCount,
    beginsProven: start.from === "state" && start.isProven,
  });
  return { producer, reducer };
}

/** Limits of a chain's first batch and of later ones, by whether their execution is proven. */
function limitsByMode(first: BatchLimits, later: BatchLimits): (isFirst: boolean, isProven: boolean) => BatchLimits {
  const trusted = { first, later };
  const proven = { first: provenLimits(first), later: provenLimits(later) };
  return (isFirst, isProven) => (isProven ? proven : trusted)[isFirst ? "first" : "later"];
}

function openBooks(
  { chainId, start }: ChainOptions,
  { engines: { engine, tree }, first, compressor }: OpenedState,
  earlier: ConstructorParameters<typeof BlockStore>[1]["earlier"],
): ChainBooks {
  const place = placeOf(start);
  return {
    blocks: new BlockStore({ chainId, ...first }, { header: (number) => engine.header(number), earlier }),
    index: new ChainIndex(place?.index),
    messages: new MessageIndex(place?.messages),
    archive: new BatchArchive(place?.archive),
    history: new StateHistory(place?.history ?? { dump: tree.export(), steps: [], bytes: 0 }, { compressor }),
  };
}

/** Followers of the chain, in the order of their notifications. */
function followersOf(
  { beforeForming, followers = [] }: ChainDependencies,
  { engines: { tree }, first }: OpenedState,
  { blocks, index, messages, archive, history }: ChainBooks,
  forming: Forming,
): ConstructorParameters<typeof Spine<BatchCommand, CommandResult>>[0]["followers"] {
  return [
    blocks,
    index,
    messages,
    ...(beforeForming?.({ tree, head: () => first.head }) ?? []),
    forming,
    ...[archive, history, ...followers].map((follower) => forming.behind(follower)),
  ];
}

function openLog(
  { start, rewindable = false }: ChainOptions,
  { keeping, deciding }: ChainDependencies,
): CommandLog<BatchCommand> {
  return new CommandLog<BatchCommand>({
    first: placeOf(start)?.commands ?? 0,
    commands: keeping?.earlier.commands ?? [],
    sink: sinkOf(keeping?.store, deciding?.decided),
    remembers: rewindable,
  });
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

/**
 * True for a command that begins a batch, if the chain may rewind to its beginning. It never rewinds over batches that L1 has
 * executed, so it records no undo data for a long history.
 */
function rewindPoint({ rewindable = false }: ChainOptions, executed = 0n): (command: BatchCommand) => boolean {
  return (command) => rewindable && command.type === "open" && command.batchNumber >= executed;
}

function openSequencer(
  { sequencer, start }: ChainOptions,
  { clock, keeping, deciding = {}, sealing = {}, onStop }: ChainDependencies,
  on: Pick<SequencerDependencies, "mempool" | "admission" | "producer" | "reducer" | "spine" | "mostCodeBytes" | "decidedHead">,
): Sequencer {
  const { deciders, leaders, remoteLeaders } = deciding;
  const options = { ...sequencer, hashesUnknown: start.from === "state" };
  const dependencies: SequencerDependencies = {
    ...on,
    clock,
    store: keeping?.store,
    canSeal: () => sealing.canSeal?.() ?? true,
    onStop: (error) => onStop?.(error),
    deciders,
    leaders,
  };
  return remoteLeaders === undefined
    ? new Sequencer(options, dependencies)
    : new FollowingSequencer(options, dependencies, remoteLeaders);
}

/** Time that only this chain uses: it returns with the chain. */
function timeSource(time: MovableClock): Source<CommandResult, ReturnType<MovableClock["mark"]>> {
  return { name: "time", on: () => undefined, mark: () => time.mark(), returnTo: (mark) => time.revert(mark) };
}
