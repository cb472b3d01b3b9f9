import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { digestToHex } from "../../protocol/digest.ts";
import { wordToHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import type { PubdataLog } from "../../protocol/pubdata.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { BatchFormer } from "../batch/form-batch.ts";
import type { ChainIdentity, FormedBatch, FormerMark } from "../batch/form-batch.ts";
import type { Compress } from "../../protocol/digest.ts";
import type { NamedHead } from "../model/block.ts";
import { genesisLeaves } from "../model/genesis.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import { createInitialState } from "../predeploys/initial-state.ts";
import type { InitialState } from "../predeploys/initial-state.ts";
import { priorityOperation } from "../predeploys/priority-operation.ts";
import { predeployTransactions } from "../predeploys/system-transactions.ts";
import { codeLimitsOf } from "../model/code-limits.ts";
import { chainRules } from "../model/rules.ts";
import { BLOCK_GAS_LIMIT } from "../execution/connection.ts";
import { BatchReducer } from "../ordering/batch-reducer.ts";
import type { SequencedBlock } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import { limitsBeside, PROTOCOL_LIMITS } from "../ordering/limits.ts";
import type { BatchLimits } from "../ordering/limits.ts";
import { OrderError } from "../ordering/order-error.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import { StateTree } from "../state/state-tree.ts";
import { Reexecution } from "../witness/reexecution.ts";
import type { BatchInputs } from "./batch-inputs.ts";
import { decodeBatch } from "./decode-batch.ts";
import type { L1Facts } from "./decode-batch.ts";
import { BatchRefusal } from "./refusal.ts";
import { ShownBlocks } from "./shown-blocks.ts";

export interface BatchVerifierOptions {
  readonly identity: ChainIdentity;
  /** Receives all fees. */
  readonly coinbase: Hex;
  /** The protocol's genesis. */
  readonly genesis: readonly GenesisAccount[];
  /** What this chain has beside it from the start. */
  readonly initialState: readonly GenesisAccount[];
  /** The genesis as L1 has it: the record before the first batch. */
  readonly genesisBatch: Pick<StoredBatch, "commitment" | "newStateRoot">;
}

export interface BatchVerifierDependencies {
  readonly l1: L1Facts;
  /** Sums of the batch's asset messages, as the settlement chain computes them. */
  readonly flowsHash: (logs: readonly PubdataLog[]) => Hex;
  readonly onBlock?: (block: SequencedBlock) => void;
  /** Each batch that comes out, before it is applied to the state tree. */
  readonly beforeForming?: (batch: RunBatch) => void;
}

/** A batch that was run again, and that the state tree does not have yet. */
export interface RunBatch {
  readonly batchNumber: BatchNumber;
  readonly tree: StateTree;
  /** The block before it. */
  readonly head: NamedHead;
  readonly commands: readonly BatchCommand[];
}

/** Where a verifier stood before a batch. */
interface BatchStart {
  readonly state: number;
  readonly former: FormerMark;
  readonly head: NamedHead;
  readonly blockHashes: ReturnType<Reexecution["blockHashes"]>;
}

/** What a batch came to, and what was done in it. */
interface CarriedOut {
  readonly sealed: SealedBatch;
  readonly commands: readonly BatchCommand[];
}

/** Batches that a verifier can go back by: as many as may be reverted on L1 at a time, and more. */
const MAX_STARTS = 64;

/**
 * An independent verifier of a chain: it runs every batch again in an EVM of its own, over a state and a state tree of its
 * own, and forms it itself. One call at a time.
 */
export class BatchVerifier {
  readonly #options: BatchVerifierOptions;
  readonly #dependencies: BatchVerifierDependencies;
  readonly #execution: Reexecution;
  readonly #tree: StateTree;
  readonly #former: BatchFormer;
  readonly #initial: InitialState;
  /** By batch number, the newest last. */
  readonly #starts = new Map<bigint, BatchStart>();
  readonly #compress: Compress;
  #head: NamedHead = { number: 0n, timestamp: 0n, hash: wordToHex(0n) };
  #nextBatch = 0n;

  private constructor(
    options: BatchVerifierOptions,
    dependencies: BatchVerifierDependencies,
    execution: Reexecution,
    initial: InitialState,
  ) {
    const compressor = createCompressor();
    this.#options = options;
    this.#dependencies = dependencies;
    this.#execution = execution;
    this.#initial = initial;
    this.#tree = StateTree.genesis(genesisLeaves(options.genesis), { compressor });
    this.#compress = (tag, left, right) => compressor.compress(tag, left, right);
    const before = { previousCommitment: options.genesisBatch.commitment, operationsTaken: 0n };
    this.#former = new BatchFormer(options.identity, before, {
      tree: this.#tree,
      compress: this.#compress,
      flowsHash: dependencies.flowsHash,
      versionOf: dependencies.l1.versionOf,
    });
  }

  /** A verifier at the chain's genesis. Rejects with BatchRefusal GenesisMismatch where L1 has another. */
  static async create(options: BatchVerifierOptions, dependencies: BatchVerifierDependencies): Promise<BatchVerifier> {
    const initial = createInitialState(options.genesis, options.initialState);
    const execution = await Reexecution.create(Number(options.identity.chainId), initial.accounts);
    const verifier = new BatchVerifier(options, dependencies, execution, initial);
    const root = digestToHex(verifier.#tree.root);
    if (root === options.genesisBatch.newStateRoot) return verifier;
    throw new BatchRefusal(
      "GenesisMismatch",
      `the given genesis has the state root ${root}, L1 has ${options.genesisBatch.newStateRoot}`,
    );
  }

  /** Number of the batch that comes next. */
  get nextBatch(): bigint {
    return this.#nextBatch;
  }

  /** The batch that the inputs lead to. Rejects with BatchRefusal, and then stands where it stood. */
  async verify(inputs: BatchInputs): Promise<FormedBatch> {
    const { batchNumber } = inputs;
    if (batchNumber !== this.#nextBatch) {
      throw new BatchRefusal("BatchNumberMismatch", `batch ${batchNumber} was shown, the next one is ${this.#nextBatch}`);
    }
    const start: BatchStart = {
      state: this.#execution.state.mark(),
      former: this.#former.snapshot(),
      head: this.#head,
      blockHashes: this.#execution.blockHashes(),
    };
    this.#starts.set(batchNumber, start);
    try {
      // Block 0 is the sequencer's word, which the chain's first batch writes into the state.
      const head = batchNumber === 0n ? { ...this.#head, hash: inputs.parentHash } : this.#head;
      const shown = new ShownBlocks(inputs, head, this.#execution);
      const { sealed, commands } = await this.#carryOut(inputs, shown);
      this.#dependencies.beforeForming?.({ batchNumber, tree: this.#tree, head, commands });
      const formed = this.#former.form(batchNumber === 0n ? this.#initial.addTo(sealed) : sealed);
      this.#head = shown.head;
      this.#nextBatch++;
      this.#forgetOldest();
      return formed;
    } catch (error) {
      this.#returnTo(batchNumber, start);
      throw error instanceof OrderError ? refusalOf(batchNumber, error) : error;
    }
  }

  /** Goes back to before a batch. Rejects with BatchRefusal BatchNumberMismatch where that is too long ago or never was. */
  goBack(batchNumber: BatchNumber): void {
    const start = this.#starts.get(batchNumber);
    if (start === undefined)
      throw new BatchRefusal("BatchNumberMismatch", `this verifier cannot go back to batch ${batchNumber}`);
    this.#returnTo(batchNumber, start);
  }

  #returnTo(batchNumber: BatchNumber, { state, former, head, blockHashes }: BatchStart): void {
    for (const number of this.#starts.keys()) if (number >= batchNumber) this.#starts.delete(number);
    this.#execution.state.rollback(state);
    this.#execution.returnTo(blockHashes);
    this.#former.revert(former);
    this.#head = head;
    this.#nextBatch = batchNumber;
  }

  #forgetOldest(): void {
    for (const [number, { former }] of this.#starts) {
      if (this.#starts.size <= MAX_STARTS) return;
      this.#tree.discard(former.treeSnapshot);
      this.#starts.delete(number);
    }
  }

  /** Carries out the commands of which the batch consists, as its sequencer did. */
  async #carryOut(inputs: BatchInputs, engine: ShownBlocks): Promise<CarriedOut> {
    const { coinbase, identity } = this.#options;
    const { chainId, extensions } = identity;
    const { open, commands, seal } = await decodeBatch(inputs, {
      rules: chainRules(Number(chainId), codeLimitsOf(this.#initial.accounts)),
      operationsTaken: this.#former.operationsTaken,
      l1: this.#dependencies.l1,
      carriedOut: (operation) => priorityOperation(operation, coinbase),
    });
    const reducer = new BatchReducer(
      { chainId, coinbase, gasLimit: BLOCK_GAS_LIMIT },
      {
        engine,
        system: predeployTransactions,
        extensions,
        compress: this.#compress,
        limits: (batchNumber) => this.#limits(batchNumber),
        leafCount: () => this.#tree.leafCount,
        ...(this.#dependencies.onBlock === undefined ? {} : { onBlock: this.#dependencies.onBlock }),
      },
    );
    if (open.forgetsHashes === true) this.#execution.forgetHashes();
    else this.#rememberParent(inputs, engine.head);
    await reducer.carryOut(open);
    for (const command of commands) await reducer.carryOut(command);
    return { sealed: await reducer.carryOut(seal), commands };
  }

  /** Makes the hash of the block before the batch known, which must be the one that was shown with that block. */
  #rememberParent({ batchNumber, parentHash }: BatchInputs, { number, hash }: NamedHead): void {
    if (parentHash !== hash)
      throw new BatchRefusal(
        "BlockMismatch",
        `batch ${batchNumber} is shown behind block ${number} with hash ${parentHash}, which was shown with hash ${hash}`,
      );
    this.#execution.rememberHash(number, hash);
  }

  /** The first batch publishes the chain's initial state too. */
  #limits(batchNumber: BatchNumber): BatchLimits {
    return batchNumber === 0n ? limitsBeside(PROTOCOL_LIMITS, this.#initial.size) : PROTOCOL_LIMITS;
  }
}

const REFUSAL_CODES = {
  SystemTransactionFailed: "SystemTransactionMismatch",
  OutputsDiffer: "OutputsMismatch",
  OperationLeftOut: "OperationLeftOut",
  OperationMustNotRun: "OperationMustNotRun",
  TimeRunsBackwards: "BlockMismatch",
} as const;

function refusalOf(batchNumber: BatchNumber, error: OrderError): BatchRefusal {
  return new BatchRefusal(REFUSAL_CODES[error.code], `batch ${batchNumber}: ${error.message}`, { cause: error });
}
