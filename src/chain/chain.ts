import { createCompressor } from "../kernels/wasm/compressor.ts";
import type { Hex } from "../protocol/hex.ts";
import { BatchFormer } from "./batch/form-batch.ts";
import type { BatchFormerDependencies, ChainIdentity, FormedBatch, FormerMark } from "./batch/form-batch.ts";
import { ChainIndex } from "./chain-index.ts";
import type { Clock } from "./clock.ts";
import { decodeTransaction } from "./decode-transaction.ts";
import { CodeGuard } from "./execution/code-guard.ts";
import { BLOCK_GAS_LIMIT } from "./execution/connection.ts";
import type { EdrConnect } from "./execution/connection.ts";
import { EdrEngine } from "./execution/edr-engine.ts";
import type { ExecutionEngine } from "./execution/engine.ts";
import { addedLeaves, genesisLeaves, mergeAccounts, overrideLeaves } from "./genesis.ts";
import type { GenesisAccount } from "./genesis.ts";
import { Mempool } from "./mempool/mempool.ts";
import type { MempoolOptions } from "./mempool/mempool.ts";
import { chainRules } from "./rules.ts";
import type { SealedBatch } from "./sealed-batch.ts";
import { BlockProducer } from "./sequencer/block-producer.ts";
import { Sequencer } from "./sequencer/sequencer.ts";
import type { SequencedBlock, SequencerMark } from "./sequencer/batch-builder.ts";
import type { SequencerOptions } from "./sequencer/sequencer.ts";
import type { SequencerError } from "./sequencer/sequencer-error.ts";
import { StateTree } from "./state/state-tree.ts";
import type { SystemTransactions } from "./system-transactions.ts";
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
  /** Genesis code that creates contracts from fixed init code only; see CodeGuard. */
  readonly trustedCreators?: readonly Hex[];
  readonly identity: Omit<ChainIdentity, "chainId">;
  /** Commitment of the batch before `sequencer.firstBatch`. */
  readonly genesisCommitment: Hex;
  readonly mempool: MempoolOptions;
  readonly sequencer: SequencerOptions;
  readonly verbose?: boolean;
}

export interface ChainDependencies {
  readonly connect: EdrConnect;
  readonly clock: Clock;
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

/** A place to return to: every stage at once. */
export interface ChainMark {
  readonly sequencer: SequencerMark;
  readonly former: FormerMark;
}

/** One hyperchain: its stages from the pool to the formed batch, wired together. */
export interface Chain {
  readonly chainId: number;
  readonly engine: ExecutionEngine;
  readonly witness: Witness;
  readonly guard: CodeGuard;
  readonly mempool: Mempool;
  readonly sequencer: Sequencer;
  readonly tree: StateTree;
  readonly index: ChainIndex;
  /** Takes a serialised transaction; resolves with its hash. Throws TransactionFormatError, MempoolError, SequencerError. */
  submit(raw: string): Promise<Hex>;
  /** Ends the open batch and forms it. Undefined where none is open. */
  seal(): Promise<FormedBatch | undefined>;
  snapshot(): Promise<ChainMark>;
  revert(mark: ChainMark): Promise<void>;
  close(): Promise<void>;
}

/** Starts a chain at its genesis. Throws EngineError or GenesisError for a genesis that cannot be. */
export async function startChain(options: ChainOptions, dependencies: ChainDependencies): Promise<Chain> {
  const { chainId, coinbase, genesisTimestamp } = options;
  const genesis = mergeAccounts(options.genesis, options.initialState ?? []);
  const { clock, system, connect, flowsHash } = dependencies;
  const compressor = createCompressor();
  const tree = StateTree.genesis(genesisLeaves(options.genesis), { compressor });
  const witness = startWitness({ chainId, genesis });
  const engine = await openEngine({ ...options, genesis }, connect, witness);
  const guard = new CodeGuard(genesis, options.trustedCreators);
  const mempool = new Mempool(options.mempool, { account: (address) => readAccount(engine, address) });
  const former = new BatchFormer(
    { ...options.identity, chainId: BigInt(chainId) },
    options.genesisCommitment,
    { tree, flowsHash, compress: (tag, left, right) => compressor.compress(tag, left, right) },
  );
  const initial = addedLeaves(genesisLeaves(options.genesis), genesisLeaves(genesis));
  const initialCodes = (options.initialState ?? []).flatMap(({ code }) => (code === undefined || code === "0x" ? [] : [code]));
  let lastFormed: FormedBatch | undefined;
  const form = (sealed: SealedBatch): void => {
    const isFirst = sealed.outputs.batchNumber === options.sequencer.firstBatch;
    lastFormed = former.form(
      isFirst
        ? { ...sealed, writes: overrideLeaves(initial, sealed.writes), bytecodes: [...initialCodes, ...sealed.bytecodes] }
        : sealed,
    );
    dependencies.onBatch?.(lastFormed);
  };
  const producer = new BlockProducer(
    { chainId, coinbase, gasLimit: BLOCK_GAS_LIMIT, genesisTimestamp },
    { engine, witness, guard, clock, onWitnessFailure: (error) => sequencer.fail(error) },
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
      dependencies.onBlock?.(block);
    },
    onPriorityOp: (operation) => index.addPriorityOp(operation),
    onBatch: form,
    onStop: (error) => dependencies.onStop?.(error),
    canSeal: dependencies.canSeal ?? (() => true),
  });
  const index = new ChainIndex();
  const rules = chainRules(chainId);

  return {
    chainId,
    engine,
    witness,
    guard,
    mempool,
    sequencer,
    tree,
    index,
    async submit(raw) {
      const transaction = decodeTransaction(raw, rules);
      await sequencer.submit(transaction);
      return transaction.hash;
    },
    async seal() {
      return (await sequencer.seal()) === undefined ? undefined : lastFormed;
    },
    async snapshot() {
      return { sequencer: await sequencer.snapshot(), former: former.snapshot() };
    },
    async revert(mark) {
      await sequencer.revert(mark.sequencer);
      former.revert(mark.former);
      index.revertTo(sequencer.head.number, mark.sequencer.batch?.logs.length ?? 0);
    },
    async close() {
      await sequencer.close();
      await witness.close();
      await engine.close();
    },
  };
}

async function openEngine(options: ChainOptions, connect: EdrConnect, witness: Witness): Promise<EdrEngine> {
  const { chainId, coinbase, genesisTimestamp, genesis, verbose = false } = options;
  try {
    return await EdrEngine.open({ chainId, coinbase, genesisTimestamp, genesis, verbose }, { connect });
  } catch (error) {
    await witness.close();
    throw error;
  }
}

async function readAccount(engine: ExecutionEngine, address: Hex): Promise<{ nonce: bigint; balanceWei: bigint }> {
  const [nonce, balance] = await Promise.all([
    engine.request("eth_getTransactionCount", [address, "latest"]),
    engine.request("eth_getBalance", [address, "latest"]),
  ]);
  return { nonce: BigInt(nonce as Hex), balanceWei: BigInt(balance as Hex) };
}
