import { createCompressor } from "../kernels/wasm/compressor.ts";
import type { Hex } from "../protocol/hex.ts";
import { BatchFormer } from "./batch/form-batch.ts";
import type { BatchFormerDependencies, ChainIdentity, FormedBatch, FormerMark } from "./batch/form-batch.ts";
import { BatchArchive } from "./batch-archive.ts";
import { ChainIndex } from "./chain-index.ts";
import type { Clock } from "./clock.ts";
import { decodeTransaction } from "./decode-transaction.ts";
import { CodeGuard } from "./execution/code-guard.ts";
import { BLOCK_GAS_LIMIT } from "./execution/connection.ts";
import type { EdrConnect } from "./execution/connection.ts";
import { EdrEngine } from "./execution/edr-engine.ts";
import type { ExecutionEngine, Head } from "./execution/engine.ts";
import { DEFAULT_MAX_INSTRUCTIONS } from "./instruction-limits.ts";
import { genesisLeaves } from "./genesis.ts";
import type { GenesisAccount } from "./genesis.ts";
import { createInitialState, publishedState } from "./initial-state.ts";
import type { AccountState } from "./mempool/account-view.ts";
import { Mempool } from "./mempool/mempool.ts";
import type { MempoolOptions } from "./mempool/mempool.ts";
import { MovableClock } from "./movable-clock.ts";
import type { ClockMark } from "./movable-clock.ts";
import { MessageIndex } from "./message-index.ts";
import { chainRules } from "./rules.ts";
import type { SealedBatch } from "./sealed-batch.ts";
import { BlockProducer } from "./sequencer/block-producer.ts";
import { Sequencer } from "./sequencer/sequencer.ts";
import type { SequencedBlock } from "./sequencer/batch-builder.ts";
import type { SequencerMark, SequencerOptions } from "./sequencer/sequencer.ts";
import type { SequencerError } from "./sequencer/sequencer-error.ts";
import { StateHistory } from "./state-history.ts";
import { StateTree } from "./state/state-tree.ts";
import type { SystemTransactions } from "./system-transactions.ts";
import { Turns } from "./turns.ts";
import { startWitness } from "./witness/witness.ts";
import type { Witness } from "./witness/witness.ts";

export interface ChainOptions {
  readonly chainId: number;
  /** Receives all fees. */
  readonly coinbase: Hex;
  /** Seconds. */
  readonly genesisTimestamp: bigint;
  /** The protocol's genesis: the first state tree, the same for every chain. */
  readonly genesis: readonly GenesisAccount[];
  /** What this chain has beside it from the start. Its first batch publishes it. */
  readonly initialState?: readonly GenesisAccount[];
  /** A later state to begin with. The chain's first block is the one after it, and the genesis only says what is trusted. */
  readonly origin?: ChainOrigin;
  /** Genesis code that creates contracts from fixed init code only; see CodeGuard. */
  readonly trustedCreators?: readonly Hex[];
  readonly identity: Omit<ChainIdentity, "chainId">;
  /** Commitment of the batch before `sequencer.firstBatch`. */
  readonly genesisCommitment: Hex;
  readonly mempool: MempoolOptions;
  readonly sequencer: SequencerOptions;
  /** Instructions that a transaction may run; at least LEAST_MAX_INSTRUCTIONS. Default: DEFAULT_MAX_INSTRUCTIONS. */
  readonly maxInstructions?: number;
  readonly verbose?: boolean;
}

/** A state that a chain has reached, at the end of a batch. */
export interface ChainOrigin {
  /** Every account that is not empty. */
  readonly accounts: readonly GenesisAccount[];
  /** Their tree, which the chain takes over and changes. */
  readonly tree: StateTree;
  /** The batch's last block. */
  readonly head: Head;
}

export interface ChainDependencies {
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** The chain's time where it shares it with others, who then mark and restore it. Default: its own, by `clock`. */
  readonly time?: MovableClock;
  readonly system: SystemTransactions;
  readonly flowsHash: BatchFormerDependencies["flowsHash"];
  readonly onBlock?: (block: SequencedBlock) => void;
  /** Each batch, in order, ready to be committed and proven. */
  readonly onBatch?: (batch: FormedBatch) => void;
  /** The chain has stopped for good; the error is the report. */
  readonly onStop?: (error: SequencerError) => void;
  /** False while proving is too far behind for another batch. */
  readonly canSeal?: () => boolean;
}

/** Of EVM blocks before the one under way. */
const HASHES_IN_REACH = 257n;

/** A place to return to: every stage at once. */
export interface ChainMark {
  readonly sequencer: SequencerMark;
  readonly former: FormerMark;
  /** Undefined where the time is shared. */
  readonly time: ClockMark | undefined;
  /** The number of the open batch, or of the next one. */
  readonly batchNumber: bigint;
}

/** One hyperchain: its stages from the pool to the formed batch, wired together. */
export interface Chain {
  readonly chainId: number;
  /** Instructions that a transaction may run. */
  readonly maxInstructions: number;
  readonly engine: ExecutionEngine;
  readonly witness: Witness;
  readonly guard: CodeGuard;
  readonly mempool: Mempool;
  readonly sequencer: Sequencer;
  readonly tree: StateTree;
  readonly index: ChainIndex;
  readonly messages: MessageIndex;
  readonly archive: BatchArchive;
  readonly history: StateHistory;
  /** Takes a serialised transaction; resolves with its hash. Throws TransactionFormatError, MempoolError, SequencerError. */
  submit(raw: string): Promise<Hex>;
  /** Ends the open batch and forms it. Undefined where none is open. */
  seal(): Promise<FormedBatch | undefined>;
  /** Marks everything at once: engines, tree, pool, open batch, index and time. */
  snapshot(): Promise<ChainMark>;
  /** Returns to a mark, once; later marks end. A chain that has stopped goes on. Rejects when it is closed. */
  revert(mark: ChainMark): Promise<void>;
  close(): Promise<void>;
}

/** Starts a chain at its genesis, or where its origin says. Throws EngineError or GenesisError for a genesis that cannot be. */
export async function startChain(options: ChainOptions, dependencies: ChainDependencies): Promise<Chain> {
  const { chainId, coinbase, genesisTimestamp, origin, maxInstructions = DEFAULT_MAX_INSTRUCTIONS } = options;
  const initial = origin === undefined ? createInitialState(options.genesis, options.initialState ?? []) : publishedState(origin.accounts);
  const genesis = initial.accounts;
  const { clock, system, connect, flowsHash } = dependencies;
  const time = dependencies.time ?? new MovableClock(clock);
  const compressor = createCompressor();
  const tree = origin?.tree ?? StateTree.genesis(genesisLeaves(options.genesis), { compressor });
  const witness = startWitness({ chainId, genesis });
  const engine = await openEngine({ ...options, genesis }, connect, witness);
  const head = origin?.head ?? { number: 0n, timestamp: genesisTimestamp };
  // Answered in order, before any block; a witness that fails here refuses the first block too, and says why.
  witness.request("remember", await readBlockHashes(engine, head.number)).catch(() => undefined);
  const guard = new CodeGuard(genesis, options.trustedCreators);
  const mempool = new Mempool(options.mempool, { account: (address) => readAccount(engine, address) });
  const former = new BatchFormer(
    { ...options.identity, chainId: BigInt(chainId) },
    options.genesisCommitment,
    { tree, flowsHash, compress: (tag, left, right) => compressor.compress(tag, left, right) },
  );
  let lastFormed: FormedBatch | undefined;
  const form = (sealed: SealedBatch): void => {
    const isFirst = sealed.outputs.batchNumber === options.sequencer.firstBatch;
    lastFormed = former.form(isFirst ? initial.addTo(sealed) : sealed);
    archive.add(lastFormed);
    history.add(lastFormed);
    dependencies.onBatch?.(lastFormed);
  };
  const producer = new BlockProducer(
    { chainId, coinbase, gasLimit: BLOCK_GAS_LIMIT, head, maxInstructions },
    { engine, witness, guard, clock: time, onWitnessFailure: (error) => sequencer.fail(error) },
  );
  const sequencer = new Sequencer(options.sequencer, {
    mempool,
    producer,
    engine,
    witness,
    system,
    leafCount: () => tree.leafCount,
    clock,
    onBlock: (block) => {
      index.addBlock(block);
      messages.addBlock(block);
      dependencies.onBlock?.(block);
    },
    onPriorityOp: (operation) => index.addPriorityOp(operation),
    onBatch: form,
    onStop: (error) => dependencies.onStop?.(error),
    canSeal: dependencies.canSeal ?? (() => true),
  });
  const index = new ChainIndex();
  const messages = new MessageIndex();
  const archive = new BatchArchive();
  const history = new StateHistory(tree, { compressor });
  const rules = chainRules(chainId);
  const turns = new Turns();

  return {
    chainId,
    maxInstructions,
    engine,
    witness,
    guard,
    mempool,
    sequencer,
    tree,
    index,
    messages,
    archive,
    history,
    async submit(raw) {
      await turns.next();
      const transaction = decodeTransaction(raw, rules);
      await sequencer.submit(transaction);
      return transaction.hash;
    },
    async seal() {
      return (await sequencer.seal()) === undefined ? undefined : lastFormed;
    },
    snapshot: () =>
      sequencer.snapshot((mark) => ({
        sequencer: mark,
        former: former.snapshot(),
        time: dependencies.time === undefined ? time.mark() : undefined,
        batchNumber: sequencer.batchNumber,
      })),
    revert: (mark) =>
      sequencer.revert(mark.sequencer, () => {
        former.revert(mark.former);
        index.revertTo(sequencer.head.number, mark.sequencer.builder.batch?.logs.length ?? 0);
        messages.revertTo(sequencer.head.number);
        archive.revertTo(sequencer.batchNumber);
        history.revertTo(sequencer.batchNumber);
        if (mark.time !== undefined) time.revert(mark.time);
      }),
    async close() {
      await sequencer.close();
      await witness.close();
      await engine.close();
    },
  };
}

async function openEngine(options: ChainOptions, connect: EdrConnect, witness: Witness): Promise<EdrEngine> {
  const { chainId, coinbase, genesisTimestamp, genesis, origin, verbose = false } = options;
  const head = origin === undefined ? {} : { head: origin.head };
  try {
    return await EdrEngine.open({ chainId, coinbase, genesisTimestamp, genesis, verbose, ...head }, { connect });
  } catch (error) {
    await witness.close();
    throw error;
  }
}

/** Hashes of the blocks that BLOCKHASH can name in the block after the head. */
async function readBlockHashes(engine: ExecutionEngine, head: bigint): Promise<{ readonly number: bigint; readonly hash: Hex }[]> {
  const count = Number(head < HASHES_IN_REACH ? head + 1n : HASHES_IN_REACH);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const number = head - BigInt(count - 1 - i);
      const block = (await engine.request("eth_getBlockByNumber", [`0x${number.toString(16)}`, false])) as { readonly hash: Hex };
      return { number, hash: block.hash };
    }),
  );
}

async function readAccount(engine: ExecutionEngine, address: Hex): Promise<AccountState> {
  const read = async (method: string): Promise<Hex> => (await engine.request(method, [address, "latest"])) as Hex;
  const [nonce, balance, code] = await Promise.all([read("eth_getTransactionCount"), read("eth_getBalance"), read("eth_getCode")]);
  return { nonce: BigInt(nonce), balanceWei: BigInt(balance), hasCode: code !== "0x" };
}
