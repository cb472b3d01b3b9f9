import type { Common } from "@ethereumjs/common";
import type { Follower } from "../core/follower.ts";
import { CommandLog } from "../core/log/command-log.ts";
import { HandOver } from "../core/hand-over.ts";
import { Spine } from "../core/spine.ts";
import { createCompressor } from "../../proofs/kernels/wasm/compressor.ts";
import { PUBLISHED, WITHHELD, type DataChoice } from "../../ground/protocol/data-choice.ts";
import { BLOCK_HASHES_SLOTS } from "../../ground/protocol/block-hashes.ts";
import { digestToHex } from "../../ground/protocol/digest.ts";
import { keccak, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import { encodeRecords } from "../../ground/protocol/input-records.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { PubdataLog } from "../../ground/protocol/pubdata.ts";
import { encodeInputs } from "../../ground/protocol/published-inputs.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import { BatchFormer, type ChainIdentity, type FormedBatch, type PreFormedBatch } from "../batch/form-batch.ts";
import { Forming, type UnformedChain } from "../batch/forming.ts";
import type { NamedHead } from "../model/block.ts";
import { genesisLeaves, type GenesisAccount } from "../model/genesis.ts";
import { createInitialState, publishingFirst, type InitialState } from "../predeploys/initial-state.ts";
import { priorityOperation } from "../predeploys/priority-operation.ts";
import { predeployTransactions } from "../predeploys/system-transactions.ts";
import { codeLimitsOf } from "../model/limits-of-state.ts";
import { chainRules, withChainId } from "../../proofs/rules/chain-rules.ts";
import { BLOCK_GAS_LIMIT } from "../../ground/transaction/gas-limits.ts";
import { BatchReducer, type CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import { remainingLimits, PROTOCOL_LIMITS, type BatchLimits } from "../ordering/limits.ts";
import { OrderError } from "../ordering/order-error.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { FirstTreeState } from "../state/first-tree-state.ts";
import { StateTree } from "../state/state-tree.ts";
import { Reexecution } from "../witness/reexecution.ts";
import type { BatchInputs, ShownChoices } from "./batch-inputs.ts";
import { decodeBatch, type L1Facts } from "./decode-batch.ts";
import type { RecordedBatch } from "./commands-of-records.ts";
import { inputsOfBlocks } from "./inputs-of-blocks.ts";
import { recordsOfBatch } from "./records-of-blocks.ts";
import { BatchRefusal } from "./refusal.ts";
import { ShownBlocks } from "./shown-blocks.ts";

export interface BatchVerifierOptions {
  readonly identity: ChainIdentity;
  /** Method of making every batch's data available. Default: the commits publish them. */
  readonly data?: DataChoice | undefined;
  /** Receives all fees. */
  readonly coinbase: Hex;
  /** The protocol's genesis. */
  readonly genesis: readonly GenesisAccount[];
  /** Initial accounts of this chain besides the genesis. */
  readonly initialState: readonly GenesisAccount[];
  /** An initial state that L1 had before the first batch, each time with a new tree. Default: the genesis. */
  readonly imported?: (() => FirstTreeState) | undefined;
  /** Commitment and state root that the chain's contract on L1 has before the first batch. */
  readonly genesisBatch: Pick<StoredBatch, "commitment" | "newStateRoot">;
  /** Id of the chain's porter, whose tree begins empty. Default: the chain has one tree. */
  readonly porterId?: bigint | undefined;
  /** Block 0. Default: the first batch shows its hash. */
  readonly genesisBlock?: NamedHead;
  /** Parts of the initial state (`firstStateParts`) of a chain whose commits have the inputs of each batch. */
  readonly publishedInputs?: { readonly firstState: number } | undefined;
}

export interface BatchVerifierDependencies {
  readonly l1: L1Facts;
  /** Sums of the batch's asset messages, as the settlement chain computes them. */
  readonly flowsHash: (logs: readonly PubdataLog[]) => Hex;
  /** Follow what is run before a batch is applied to the state tree. */
  readonly beforeForming?: (chain: UnformedChain) => readonly Follower<CommandResult>[];
}

/**
 * Number of batches before the newest that a verifier can rewind to: as many as may be reverted on L1 at a time, and
 * more.
 */
const MAX_STARTS = 63n;

/**
 * An independent verifier of a chain: it executes every batch again in a separate EVM, over a separate state and state
 * tree, and forms it itself. One call at a time.
 */
export class BatchVerifier {
  readonly #options: BatchVerifierOptions;
  readonly #dependencies: BatchVerifierDependencies;
  readonly #execution: Reexecution;
  readonly #tree: StateTree;
  readonly #former: BatchFormer;
  readonly #forming: Forming;
  readonly #initial: InitialState;
  /** Batches with a choice, by number: it may be made, or changed, after them, and the next one depends on it. */
  readonly #chosen = new Map<bigint, PreFormedBatch>();
  #choice: ShownChoices | undefined;
  /** Hash of the inputs that the commit of this batch has; undefined if the chain publishes none. */
  #boundNow: () => Hex | undefined = () => undefined;
  /** Recipient of the fees of the open batch. */
  #coinbase: Hex;
  readonly #shownBlocks: ShownBlocks;
  readonly #reducer: BatchReducer;
  readonly #spine: Spine<BatchCommand, CommandResult>;
  /** Decisions of others. */
  readonly #shownCommands = new HandOver<BatchCommand, CommandResult>("shown batches");

  private constructor(
    options: BatchVerifierOptions,
    dependencies: BatchVerifierDependencies,
    execution: Reexecution,
    initial: InitialState,
    tree: StateTree | undefined,
  ) {
    const compressor = createCompressor();
    this.#options = options;
    this.#coinbase = options.coinbase;
    this.#dependencies = dependencies;
    this.#execution = execution;
    this.#initial = initial;
    this.#tree = tree ?? StateTree.genesis(genesisLeaves(options.genesis), { compressor });
    const { compress } = compressor;
    const before = { previousCommitment: options.genesisBatch.commitment, operationsTaken: 0n };
    const { flowsHash, l1, beforeForming } = dependencies;
    const own = this.#tree;
    this.#former = new BatchFormer(options.identity, before, {
      tree: own,
      partition: options.porterId === undefined ? undefined : StateTree.genesis([], { compressor }),
      compress,
      flowsHash,
      versionOf: l1.versionOf,
      policyOf: l1.policyOf,
    });
    this.#forming = new Forming(this.#former, publishingFirst(initial, 0n), (batch) => this.#choose(batch));
    const { chainId, extensions, isQueueAlone = false } = options.identity;
    const { genesisBlock = { number: 0n, timestamp: 0n, hash: wordToHex(0n) } } = options;
    this.#shownBlocks = new ShownBlocks(genesisBlock, execution, chainId);
    const coinbase = (): Hex => this.#coinbase;
    const rules = {
      chainId,
      gasLimit: BLOCK_GAS_LIMIT,
      isQueueAlone,
      get coinbase() {
        return coinbase();
      },
    };
    this.#reducer = new BatchReducer(rules, 0n, {
      engine: this.#shownBlocks,
      system: predeployTransactions,
      extensions,
      compress,
      limits: (batchNumber) => this.#limits(batchNumber),
      leafCount: () => own.leafCount,
    });
    const followers = [...(beforeForming?.({ tree: own, head: () => this.#shownBlocks.first }) ?? []), this.#forming];
    this.#spine = new Spine<BatchCommand, CommandResult>({
      reducer: this.#reducer,
      followers,
      log: new CommandLog({ remembers: false }),
    });
    this.#spine.drive(this.#shownCommands);
  }

  /** A verifier at the chain's genesis. Rejects with BatchRefusal GenesisMismatch where L1 has another. */
  static async create(options: BatchVerifierOptions, dependencies: BatchVerifierDependencies): Promise<BatchVerifier> {
    const imported = options.imported?.();
    const initial = createInitialState(imported?.accounts ?? options.genesis, options.initialState);
    const execution = await Reexecution.create(Number(options.identity.chainId), initial.accounts);
    const verifier = new BatchVerifier(options, dependencies, execution, initial, imported?.tree);
    const root = digestToHex(verifier.#tree.root);
    if (root === options.genesisBatch.newStateRoot) return verifier;
    throw new BatchRefusal(
      "GenesisMismatch",
      `the given genesis has the state root ${root}, L1 has ${options.genesisBatch.newStateRoot}`,
    );
  }

  /** Number of the batch that comes next. */
  get nextBatch(): bigint {
    return this.#reducer.batchNumber;
  }

  /** The batch that the inputs lead to. Rejects with BatchRefusal, and is then unchanged. */
  verify(inputs: BatchInputs): Promise<FormedBatch> {
    return this.#next(inputs.batchNumber, () => this.#verify(inputs));
  }

  /**
   * The batch that the commands of inputs on L1 lead to (`commandsOfInputs`). `bound` is the hash of the inputs,
   * `recorded` the rest of its records (`commandsOfRecords`) with the recipient of its fees. Rejects with BatchRefusal,
   * and is then unchanged.
   */
  repeat(
    batchNumber: BatchNumber,
    commands: readonly BatchCommand[],
    bound: Hex,
    recorded?: Pick<RecordedBatch, "parentHashes"> & { readonly coinbase: Hex },
  ): Promise<FormedBatch> {
    return this.#next(batchNumber, async () => {
      this.#boundNow = () => bound;
      this.#coinbase = recorded?.coinbase ?? this.#options.coinbase;
      const [open] = commands;
      const forgets = open?.type === "open" && open.forgetsHashes === true;
      const { head } = this.#shownBlocks;
      if (forgets) this.#execution.forgetHashes();
      else this.#execution.rememberHash(head.number, head.hash);
      this.#shownBlocks.beginUnseen(await this.#hashesInReach(recorded?.parentHashes ?? [], forgets));
      return this.#carryOut(batchNumber, commands);
    });
  }

  /** True if a proof had another hash of a block than the computed one: no engine that makes the blocks again has it. */
  get hasOtherHashes(): boolean {
    return this.#shownBlocks.hasOtherHashes;
  }

  /** Hash of the parent of each block of the next batch, if the chain has it: older blocks are out of reach. */
  async #hashesInReach(parentHashes: readonly Hex[], forgets: boolean): Promise<readonly (Hex | undefined)[]> {
    const { number } = this.#shownBlocks.head;
    const since = forgets ? number + 1n : await this.#shownBlocks.storageOf(PREDEPLOYS.SystemContext, BLOCK_HASHES_SLOTS.since);
    return parentHashes.map((hash, place) => (number + BigInt(place) < since ? undefined : hash));
  }

  async #next(batchNumber: BatchNumber, form: () => Promise<FormedBatch>): Promise<FormedBatch> {
    if (batchNumber !== this.nextBatch) {
      throw new BatchRefusal("BatchNumberMismatch", `batch ${batchNumber} was shown, the next one is ${this.nextBatch}`);
    }
    await this.#spine.boundary();
    try {
      const formed = await form();
      this.#spine.forgetBefore(batchNumber - MAX_STARTS);
      return formed;
    } catch (error) {
      await this.rewindTo(batchNumber);
      throw error instanceof OrderError ? refusalOf(batchNumber, error) : error;
    }
  }

  /** Rewinds to before a batch. Rejects with BatchRefusal BatchNumberMismatch if that is too long ago or never was. */
  async rewindTo(batchNumber: BatchNumber): Promise<void> {
    const start = this.#spine.before(batchNumber);
    if (start === undefined) throw new BatchRefusal("BatchNumberMismatch", `this verifier cannot rewind to batch ${batchNumber}`);
    await this.#spine.returnTo(start, "redo");
  }

  async #verify(inputs: BatchInputs): Promise<FormedBatch> {
    const { coinbase } = this.#options;
    this.#coinbase = coinbase;
    this.#chosenBefore(inputs);
    this.#boundNow = () => this.#boundOf(inputs);
    this.#shownBlocks.show(inputs);
    const { open, commands, seal } = await decodeBatch(inputs, {
      rules: this.#rules,
      porter: this.#porterRules,
      operationsTaken: this.#former.operationsTaken,
      l1: this.#dependencies.l1,
      carriedOut: (operation) => priorityOperation(operation, coinbase),
    });
    if (open.forgetsHashes === true) {
      this.#execution.forgetHashes();
      // The chain continued from L1, which has no hash of a block.
      this.#shownBlocks.followUnknown(inputs.parentHash);
    } else this.#rememberParent(inputs, this.#shownBlocks.head);
    return this.#carryOut(inputs.batchNumber, [open, ...commands, seal]);
  }

  /** Executes the commands of a batch, as its sequencer did. The last one seals it. */
  async #carryOut(batchNumber: BatchNumber, commands: readonly BatchCommand[]): Promise<FormedBatch> {
    let sealed: SealedBatch | undefined;
    for (const command of commands) ({ sealed } = await this.#shownCommands.carryOut(command));
    if (sealed === undefined) throw new TypeError(`batch ${batchNumber} was sealed`);
    return this.#forming.formed(sealed);
  }

  get #rules(): Common {
    return chainRules(Number(this.#options.identity.chainId), codeLimitsOf(this.#initial.accounts));
  }

  get #porterRules(): Common | undefined {
    const { porterId } = this.#options;
    return porterId === undefined ? undefined : withChainId(this.#rules, porterId);
  }

  /** Hash of the inputs that the commit of a batch must have; undefined if the chain publishes none. */
  #boundOf(inputs: BatchInputs): Hex | undefined {
    const { publishedInputs, identity } = this.#options;
    if (publishedInputs === undefined) return undefined;
    if (identity.extensions.withInputs !== undefined) return keccak(encodeRecords(recordsOfBatch(inputs, identity.chainId)));
    const { batchNumber, blocks } = inputs;
    return keccak(encodeInputs(inputsOfBlocks(blocks, batchNumber === 0n ? publishedInputs.firstState : 0)));
  }

  #chosenBefore({ batchNumber, choices }: BatchInputs): void {
    this.#choice = choices;
    const before = this.#chosen.get(batchNumber - 1n);
    if (before !== undefined && choices?.before !== undefined) this.#former.finish(before, choices.before);
    for (const number of this.#chosen.keys())
      if (number >= batchNumber || number < batchNumber - MAX_STARTS) this.#chosen.delete(number);
  }

  #choose(batch: PreFormedBatch): DataChoice {
    const bound = this.#boundNow();
    if (bound !== undefined) return { ...WITHHELD, bound };
    if (this.#choice !== undefined) this.#chosen.set(batch.outputs.batchNumber, batch);
    return this.#choice?.own ?? this.#options.data ?? PUBLISHED;
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
    return batchNumber === 0n ? remainingLimits(PROTOCOL_LIMITS, this.#initial.size) : PROTOCOL_LIMITS;
  }
}

const REFUSAL_CODES = {
  SystemTransactionFailed: "SystemTransactionMismatch",
  StatePartitioned: "SystemTransactionMismatch",
  OutputsDiffer: "OutputsMismatch",
  OperationLeftOut: "OperationLeftOut",
  OperationMustNotRun: "OperationMustNotRun",
  QueueOnly: "SystemTransactionMismatch",
  NotTheQueuesSecond: "BlockMismatch",
  NotAnInput: "SystemTransactionMismatch",
  TimeRunsBackwards: "BlockMismatch",
} as const;

function refusalOf(batchNumber: BatchNumber, error: OrderError): BatchRefusal {
  return new BatchRefusal(REFUSAL_CODES[error.code], `batch ${batchNumber}: ${error.message}`, { cause: error });
}
