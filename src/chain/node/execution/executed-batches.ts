import { digestOf } from "../../core/digest-of.ts";
import type { Follower } from "../../core/follower.ts";
import type { FormedBatch } from "../../batch/form-batch.ts";
import type { UnformedChain } from "../../batch/forming.ts";
import type { NamedHead } from "../../model/block.ts";
import { codeDigestValue } from "../../../proofs/rules/code-digests.ts";
import type { GenesisAccount } from "../../model/genesis.ts";
import type { CommandResult } from "../../ordering/batch-reducer.ts";
import {
  batchHashes,
  batchLinks,
  batchMachine,
  batchWitness,
  foldBatches,
  type BatchMachine,
  type ExecutionWitness,
  type UnfoldedHashes,
} from "../../../proofs/execution-proof/batch/batch-witness.ts";
import type { BlockLink } from "../../../proofs/execution-proof/batch/block-links.ts";
import type { ExecutedBatch, ExecutedBlock, ExecutionBefore } from "../../../proofs/execution-proof/batch/executed-batch.ts";
import type { UnprovenExecution } from "../../../proofs/execution-proof/batch/unproven-execution.ts";
import { PREDEPLOY_CODES } from "../../../ground/protocol/generated/predeploy-codes.ts";
import { installsPredeploys, CONFIGURATION_SLOTS } from "../../../ground/protocol/genesis.ts";
import { fromHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { withTurns } from "../../../ground/runtime/turns.ts";

export interface ExecutedBatchesOptions {
  readonly chainId: ChainId;
  /** Receives all fees. */
  readonly coinbase: Hex;
  /** The protocol's genesis. */
  readonly genesis: readonly GenesisAccount[];
  /** Accounts of the chain's initial state in addition to the predeploys. */
  readonly initialState: readonly GenesisAccount[];
  /** Codes of the state that an earlier process left, where the chain begins behind it. */
  readonly codes: readonly Uint8Array[];
  /** True if the batch before the chain's first one here is of a proven version. Default false. */
  readonly beginsProven?: boolean | undefined;
}

/** Number of batches whose links of blocks' hashes are stored, for a chain that rewinds. */
const LINKED_BATCHES = 256n;

/** A batch that is open, as far as it goes. */
interface GrowingBatch {
  /** The block before it. */
  readonly before: NamedHead;
  /** True if its version is a proven one. */
  readonly isProven: boolean;
  readonly blocks: ExecutedBlock[];
  readonly operations: ExecutedBatch["operations"][number][];
  readonly cheats: ExecutedBatch["cheats"][number][];
}

/** The last block of the batch before. */
export type PreviousBlock = { readonly lastBlock: bigint; readonly timestamp: bigint } | undefined;

/** A sealed batch, as its proof is made. */
export interface TakenBatch {
  readonly batchNumber: BatchNumber;
  readonly previous: PreviousBlock;
  /** Witness of its execution, or the reason why there is none. Undefined if it is not requested. */
  readonly witness: ExecutionWitness | UnprovenExecution | undefined;
}

/** True for a batch whose witness is to be made. */
type IsWanted = (batchNumber: BatchNumber) => boolean;

/** State of the follower. */
interface ExecutedMark {
  readonly head: NamedHead | undefined;
  readonly growing: GrowingBatch | undefined;
  readonly wasProven: boolean;
}

/**
 * Records effects and witnesses of a chain's batches for proofs of their execution: follows the chain before a batch
 * changes the state tree, and stores the result of each sealed batch.
 */
export class ExecutedBatches implements Follower<CommandResult, ExecutedMark> {
  readonly name = "executed batches";
  readonly #options: ExecutedBatchesOptions;
  readonly #chain: UnformedChain;
  readonly #isWanted: IsWanted;
  /** Codes by their digests. */
  readonly #codes = new Map<bigint, Uint8Array>();
  /** Codes without a digest yet: a chain of trusted batches needs none. */
  #unnamed: (Hex | Uint8Array)[];
  /** Links that were known before a batch; after a trusted batch its hashes, which are folded if a proven one follows. */
  readonly #links = new Map<bigint, readonly BlockLink[] | UnfoldedHashes>();
  /** Made once: that takes longer than a small batch's run. */
  #machine: BatchMachine | undefined;
  /** Newest block of its notifications; undefined before the first. */
  #head: NamedHead | undefined;
  #growing: GrowingBatch | undefined;
  /** True if the batch before the growing or next one is of a proven version. */
  #wasProven: boolean;
  /** Data of the batch that is being sealed. */
  #prepared: TakenBatch | undefined;
  #current: TakenBatch | undefined;

  constructor(options: ExecutedBatchesOptions, chain: UnformedChain, isWanted: IsWanted) {
    this.#options = options;
    this.#chain = chain;
    this.#isWanted = isWanted;
    this.#wasProven = options.beginsProven ?? false;
    const codes = [...options.genesis, ...options.initialState].flatMap(({ code }) => code ?? []);
    // The first opening of a proven chain loads the predeploys that it has just put there.
    this.#unnamed = [...codes, ...options.codes, ...PREDEPLOY_CODES];
  }

  /** A sealed batch is run by the machine before it changes the tree. */
  async prepare({ batchNumber, blocks, sealed }: CommandResult): Promise<void> {
    if (sealed === undefined) return;
    const growing = this.#open(batchNumber);
    this.#prepared = await this.#take(batchNumber, { ...growing, blocks: [...growing.blocks, ...blocks.map(executedBlock)] });
  }

  on({ command, batchNumber, blocks, sealed }: CommandResult): void {
    if (command.type === "open") {
      const { isProven = false } = command;
      this.#growing = { before: this.#head ?? this.#chain.head(), isProven, blocks: [], operations: [], cheats: [] };
    }
    const growing = this.#open(batchNumber);
    growing.blocks.push(...blocks.map(executedBlock));
    const last = growing.blocks.at(-1);
    if (last !== undefined) this.#head = { ...last.environment, hash: last.hash };
    if (command.type === "operation" && command.operation.queued !== undefined) growing.operations.push(command.operation.queued);
    const blockNumber = (this.#head ?? growing.before).number;
    if (command.type === "cheat") growing.cheats.push({ blockNumber, cheat: command.cheat });
    if (sealed === undefined) return;
    if (this.#prepared?.batchNumber !== batchNumber) throw new TypeError(`batch ${batchNumber} was not prepared`);
    this.#current = this.#prepared;
    this.#growing = undefined;
    this.#wasProven = growing.isProven;
  }

  mark(): ExecutedMark {
    const growing = this.#growing;
    const [head, wasProven] = [this.#head, this.#wasProven];
    if (growing === undefined) return { head, growing, wasProven };
    const { blocks, operations, cheats } = growing;
    const copy = { ...growing, blocks: [...blocks], operations: [...operations], cheats: [...cheats] };
    return { head, growing: copy, wasProven };
  }

  returnTo({ head, growing, wasProven }: ExecutedMark): void {
    this.#head = head;
    this.#growing = growing;
    this.#wasProven = wasProven;
  }

  digest(): Hex {
    return digestOf([this.#head, this.#growing]);
  }

  /** Recorded data of a sealed batch. */
  recordOf(batchNumber: BatchNumber): TakenBatch {
    if (this.#current?.batchNumber !== batchNumber) throw new TypeError(`batch ${batchNumber} is not the last that was taken`);
    return this.#current;
  }

  #open(batchNumber: BatchNumber): GrowingBatch {
    if (this.#growing === undefined) throw new TypeError(`batch ${batchNumber} was not opened`);
    return this.#growing;
  }

  async #take(batchNumber: BatchNumber, growing: GrowingBatch): Promise<TakenBatch> {
    const { before: head, isProven, blocks, operations, cheats } = growing;
    const { chainId, coinbase } = this.#options;
    const isFirst = batchNumber === 0n;
    const previous = isFirst ? undefined : { lastBlock: head.number, timestamp: head.timestamp };
    this.#links.delete(batchNumber - LINKED_BATCHES);
    if (!isProven) {
      this.#links.set(batchNumber + 1n, batchHashes({ blocks, parentHash: head.hash }, this.#chain));
      return { batchNumber, previous, witness: undefined };
    }
    const batch: ExecutedBatch = {
      chainId,
      coinbase,
      batchNumber,
      parentHash: head.hash,
      blocks,
      operations,
      cheats,
      configuration: isFirst ? this.#configuration() : undefined,
      installsPredeploys: installsPredeploys(batchNumber, isProven, this.#wasProven),
    };
    const before = this.#before(batchNumber, previous);
    const links = batchLinks(batch, before);
    this.#links.set(batchNumber + 1n, links);
    if (!this.#isWanted(batchNumber)) return { batchNumber, previous, witness: undefined };
    this.#machine ??= await withTurns(batchMachine());
    const known = { links, machine: this.#machine };
    return { batchNumber, previous, witness: await withTurns(batchWitness(batch, before, known)) };
  }

  /** The batch is formed: later ones may run the code that accounts received in it. */
  addCodes({ bytecodes }: Pick<FormedBatch, "bytecodes">): void {
    this.#unnamed.push(...bytecodes);
  }

  #before(batchNumber: BatchNumber, previous: PreviousBlock): ExecutionBefore {
    const { tree } = this.#chain;
    return {
      tree,
      head: { number: previous?.lastBlock ?? 0n, timestamp: previous?.timestamp ?? 0n },
      codeOf: (digest) => this.#codeOf(digest),
      links: this.#linksBefore(batchNumber),
    };
  }

  #codeOf(digest: bigint): Uint8Array | undefined {
    for (const each of this.#unnamed) {
      const code = typeof each === "string" ? fromHex(each) : each;
      this.#codes.set(codeDigestValue(code), code);
    }
    this.#unnamed = [];
    return this.#codes.get(digest);
  }

  #linksBefore(batchNumber: BatchNumber): readonly BlockLink[] {
    const unfolded: UnfoldedHashes[] = [];
    for (let number: bigint = batchNumber; ; number--) {
      const known = this.#links.get(number);
      if (known !== undefined && "digest" in known) unfolded.unshift(known);
      else return foldBatches(known ?? [], unfolded);
    }
  }

  /** The words that the first opening of a proven chain writes. */
  #configuration(): readonly bigint[] {
    const own = this.#options.initialState.filter(({ address }) => address === PREDEPLOYS.SystemContext);
    const words = new Map(own.flatMap(({ storage = [] }) => storage).map(({ slot, value }) => [slot, value]));
    return CONFIGURATION_SLOTS.map((slot) => words.get(slot) ?? 0n);
  }
}

function executedBlock({
  environment: { number, timestamp },
  hash,
  transactions,
}: CommandResult["blocks"][number]): ExecutedBlock {
  return { environment: { number, timestamp }, hash, transactions };
}
