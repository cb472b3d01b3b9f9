import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { digestToHex } from "../../protocol/digest.ts";
import type { Hex } from "../../protocol/hex.ts";
import { wordToHex } from "../../protocol/hex.ts";
import type { PubdataLog } from "../../protocol/pubdata.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { BatchFormer } from "../batch/form-batch.ts";
import type { ChainIdentity, FormedBatch, FormerMark } from "../batch/form-batch.ts";
import type { Head } from "../execution/engine.ts";
import { genesisLeaves } from "../genesis.ts";
import type { GenesisAccount } from "../genesis.ts";
import { createInitialState } from "../initial-state.ts";
import type { InitialState } from "../initial-state.ts";
import { sealedFrom } from "../ordering/sealed-from.ts";
import { priorityOperation } from "../predeploys/priority-operation.ts";
import { predeployTransactions } from "../predeploys/system-transactions.ts";
import { chainRules } from "../rules.ts";
import { PROTOCOL_LIMITS } from "../sequencer/limits.ts";
import type { SealedBatch } from "../sealed-batch.ts";
import { StateTree } from "../state/state-tree.ts";
import { Reexecution } from "../witness/reexecution.ts";
import type { BatchInputs } from "./batch-inputs.ts";
import { replayBatch } from "./batch-replay.ts";
import type { L1Facts, ReplayedBatch } from "./batch-replay.ts";
import { BatchRefusal } from "./refusal.ts";

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
}

/** Where a verifier stood before a batch. */
interface BatchStart {
  readonly state: number;
  readonly former: FormerMark;
  readonly head: Head;
  readonly operationsTaken: bigint;
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
  #head: Head = { number: 0n, timestamp: 0n };
  #operationsTaken = 0n;
  #nextBatch = 0n;

  private constructor(options: BatchVerifierOptions, dependencies: BatchVerifierDependencies, execution: Reexecution, initial: InitialState) {
    const compressor = createCompressor();
    this.#options = options;
    this.#dependencies = dependencies;
    this.#execution = execution;
    this.#initial = initial;
    this.#tree = StateTree.genesis(genesisLeaves(options.genesis), { compressor });
    this.#former = new BatchFormer(options.identity, options.genesisBatch.commitment, {
      tree: this.#tree,
      compress: (tag, left, right) => compressor.compress(tag, left, right),
      flowsHash: dependencies.flowsHash,
    });
  }

  /** A verifier at the chain's genesis. Rejects with BatchRefusal GenesisMismatch where L1 has another. */
  static async create(options: BatchVerifierOptions, dependencies: BatchVerifierDependencies): Promise<BatchVerifier> {
    const initial = createInitialState(options.genesis, options.initialState);
    const execution = await Reexecution.create(Number(options.identity.chainId), initial.accounts);
    const verifier = new BatchVerifier(options, dependencies, execution, initial);
    const root = digestToHex(verifier.#tree.root);
    if (root === options.genesisBatch.newStateRoot) return verifier;
    throw new BatchRefusal("GenesisMismatch", `the given genesis has the state root ${root}, L1 has ${options.genesisBatch.newStateRoot}`);
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
      operationsTaken: this.#operationsTaken,
    };
    this.#starts.set(batchNumber, start);
    this.#execution.rememberHash(this.#head.number, inputs.parentHash);
    try {
      const replayed = await replayBatch(
        inputs,
        {
          rules: chainRules(Number(this.#options.identity.chainId)),
          coinbase: this.#options.coinbase,
          head: this.#head,
          operationsTaken: this.#operationsTaken,
          limits: PROTOCOL_LIMITS,
          leafCount: this.#tree.leafCount,
        },
        {
          execution: this.#execution,
          system: predeployTransactions,
          carriedOut: (operation) => priorityOperation(operation, this.#options.coinbase),
          l1: this.#dependencies.l1,
        },
      );
      const formed = this.#former.form(this.#sealed(replayed, start.state));
      this.#head = replayed.head;
      this.#operationsTaken += BigInt(formed.canonicalTxHashes.length);
      this.#nextBatch++;
      this.#forgetOldest();
      return formed;
    } catch (error) {
      this.#returnTo(batchNumber, start);
      throw error;
    }
  }

  /** Goes back to before a batch. Rejects with BatchRefusal BatchNumberMismatch where that is too long ago or never was. */
  goBack(batchNumber: bigint): void {
    const start = this.#starts.get(batchNumber);
    if (start === undefined) throw new BatchRefusal("BatchNumberMismatch", `this verifier cannot go back to batch ${batchNumber}`);
    this.#returnTo(batchNumber, start);
  }

  #returnTo(batchNumber: bigint, { state, former, head, operationsTaken }: BatchStart): void {
    for (const number of this.#starts.keys()) if (number >= batchNumber) this.#starts.delete(number);
    this.#execution.state.rollback(state);
    this.#former.revert(former);
    this.#head = head;
    this.#operationsTaken = operationsTaken;
    this.#nextBatch = batchNumber;
  }

  #forgetOldest(): void {
    for (const [number, { former }] of this.#starts) {
      if (this.#starts.size <= MAX_STARTS) return;
      this.#tree.discard(former.treeSnapshot);
      this.#starts.delete(number);
    }
  }

  /** What the chain's own sealing would hand on. */
  #sealed({ batch, outputs }: ReplayedBatch, mark: number): SealedBatch {
    const changes = this.#execution.state.changesSince(mark);
    const { sealed, storedOutputs } = sealedFrom(batch, outputs, changes);
    if (storedOutputs !== BigInt(sealed.outputsHash)) {
      throw new BatchRefusal("OutputsMismatch", `the outputs slot holds ${wordToHex(storedOutputs)}, the outputs' hash is ${sealed.outputsHash}`);
    }
    return batch.number === 0n ? this.#initial.addTo(sealed) : sealed;
  }
}
