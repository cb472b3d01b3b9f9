import type { Mark } from "./core/marks.ts";
import type { CommandLog } from "./core/log/command-log.ts";
import { Repetition } from "./core/repetition.ts";
import type { Spine } from "./core/spine.ts";
import type { FormedBatch, FormedBefore } from "./batch/form-batch.ts";
import type { ChainDependencies, ChainOptions, ChainPartition } from "./composition/chain-inputs.ts";
import {
  composeParts,
  genesisOf,
  type ChainBooks,
  type ChainEngines,
  type ChainParts,
  type OpenedState,
} from "./composition/chain-parts.ts";
import type { Mempool } from "./mempool/mempool.ts";
import type { GenesisAccount } from "./model/genesis.ts";
import type { CommandResult } from "./ordering/batch-reducer.ts";
import type { BatchCommand } from "./ordering/command.ts";
import type { CommandStore } from "./ordering/command-store.ts";
import { keepPlace } from "./past/keep-place.ts";
import type { PlaceStore } from "./past/place.ts";
import { placeOf } from "./past/start.ts";
import type { Admission } from "./sequencer/admission.ts";
import { resealFrom } from "./sequencer/form-again.ts";
import { requirePredeploy } from "./sequencer/missing-predeploys.ts";
import { requirePartition, requireServed, type Partition } from "./sequencer/partition-check.ts";
import type { LostChange } from "./sequencer/replay.ts";
import type { Sequencer } from "./sequencer/sequencer.ts";
import { chainRules, withChainId } from "../proofs/rules/chain-rules.ts";
import { UNLIMITED_CODE } from "../proofs/rules/code-limits.ts";
import type { Hex } from "../ground/protocol/hex.ts";
import type { BatchNumber } from "../ground/protocol/ids.ts";
import type { PriorityOperation } from "../ground/protocol/system-transactions.ts";
import { EventLoopYield } from "../ground/runtime/event-loop-yield.ts";
import { decodeTransaction } from "../ground/transaction/decode-transaction.ts";
import type { SignedTransaction } from "../ground/transaction/transaction.ts";

/** A time, a count of operations and a batch that come after every upgrade that is announced. */
const LATEST = 2n ** 64n - 1n;

/** One hyperchain: its stages from the pool to the formed batch, wired together. */
export interface Chain extends ChainBooks, ChainEngines {
  readonly chainId: number;
  readonly mempool: Mempool;
  readonly admission: Admission;
  readonly sequencer: Sequencer;
  readonly spine: Spine<BatchCommand, CommandResult>;
  /** Log of the decided commands. */
  readonly log: CommandLog<BatchCommand>;
  readonly partition: ChainPartition | undefined;
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
   * it took later in that first batch. A chain that has stopped continues; marks taken since end. `onRewound` is called
   * after the rewind, before anything is formed, and again if the batch was too full for the operations. Resolves with
   * the changes that have become impossible. Rejects with RangeError if the chain no longer stores that batch, or when it
   * is closed.
   */
  rewind(
    batchNumber: BatchNumber,
    operations: readonly PriorityOperation[],
    onRewound: () => void,
    without?: ReadonlySet<bigint>,
  ): Promise<readonly LostChange[]>;
  /**
   * Rewinds to before a batch without a replay: for a chain whose blocks follow from L1, which has changed. A chain that
   * has stopped continues. Rejects with RangeError if the chain no longer stores that batch, or when it is closed.
   */
  rewindWithoutReplay(batchNumber: BatchNumber): Promise<void>;
  /** True if `rewind` and `rewindWithoutReplay` can return to before the batch. */
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
  const chain = chainOf(options, dependencies, await composeParts(options, dependencies));
  const { keeping } = dependencies;
  return keeping === undefined ? chain : keptChain(chain, options, keeping);
}

/** Replays the decisions of earlier processes, and stores all later ones. */
async function keptChain(
  chain: Chain,
  options: ChainOptions,
  { store, earlier, places }: NonNullable<ChainDependencies["keeping"]>,
): Promise<Chain> {
  // Each was taken once.
  const rules = chainRules(options.chainId, UNLIMITED_CODE);
  const porter = porterRules(rules, options);
  const waiting = earlier.waiting.map((raw) => decodeTransaction(raw, rules, { replayProtection: "optional", porter }));
  try {
    await chain.sequencer.repeat(new Repetition(chain.log, earlier.onRepeated), waiting);
    chain.executedOnL1(earlier.executed);
  } catch (error) {
    await chain.close();
    throw error;
  }
  return {
    ...chain,
    revert: (mark) => store.together(() => chain.revert(mark)),
    rewind: (...steps) => store.together(() => chain.rewind(...steps)),
    rewindWithoutReplay: (batchNumber) => store.together(() => chain.rewindWithoutReplay(batchNumber)),
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
  if (opening !== undefined) await store.together(() => chain.rewindWithoutReplay(sequencer.batchNumber));
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

function chainOf(options: ChainOptions, dependencies: ChainDependencies, parts: ChainParts): Chain {
  const {
    forming: { versionOf },
    sealing,
  } = dependencies;
  const { mempool, admission, former, forming, reducer, books, log, spine, sequencer } = parts;
  const { engines } = parts.state;
  const read = readerOf(options, parts.state);
  const prepareSeal = async (): Promise<void> => sealing?.beforeSeal?.();
  return {
    ...engines,
    ...books,
    chainId: options.chainId,
    partition: options.partition,
    mempool,
    admission,
    sequencer,
    spine,
    log,
    genesis: genesisOf(options, engines.tree.root),
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
    read,
    prepareSeal,
    async seal() {
      await prepareSeal();
      const sealed = await sequencer.seal();
      return sealed === undefined ? undefined : forming.formed(sealed);
    },
    snapshot: () => sequencer.snapshot(),
    revert: (mark) => sequencer.revert(mark),
    async rewind(batchNumber, operations, onRewound, without) {
      // Before anything is done: an error in the middle ends the chain.
      markBefore(spine, batchNumber);
      return sequencer.rewind((replayFrom) => resealFrom({ batchNumber, operations, without, spine, onRewound }, replayFrom));
    },
    rewindWithoutReplay: async (batchNumber) => sequencer.rewindWithoutReplay(markBefore(spine, batchNumber)),
    remembers: (batchNumber) => spine.before(batchNumber) !== undefined,
    canRevert: (mark) => spine.holds(mark),
    settledAs: (commitment) => former.settledAs(commitment),
    executedOnL1: (nextBatch) => spine.forgetBefore(nextBatch),
    async close() {
      await sequencer.close();
      await engines.questions.close();
      await engines.witness.close();
      await engines.engine.close();
    },
  };
}

/** Mark at the start of a batch. Throws RangeError if the chain no longer stores it. */
function markBefore(spine: Pick<Chain["spine"], "before">, batchNumber: BatchNumber): Mark {
  const mark = spine.before(batchNumber);
  if (mark !== undefined) return mark;
  throw new RangeError(`the chain cannot rewind to before batch ${batchNumber}: L1 has executed it, or it has not begun`);
}

/** Reads what users submit. The reader throws TransactionFormatError, and SequencerError for what the chain's pool refuses. */
function readerOf(options: ChainOptions, { codeLimits, engines: { engine } }: OpenedState): Chain["read"] {
  const { chainId, coinbase, replayProtection = "required" } = options;
  const rules = chainRules(chainId, codeLimits);
  const porter = porterRules(rules, options);
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
