import { BLOCK_HASHES_IN_REACH } from "../../protocol/block-hashes.ts";
import type { Compress } from "../../protocol/digest.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BlockReceipt, MineResult } from "../model/block.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { PriorityOperation, SystemTransactions } from "../model/system-transactions.ts";
import { BatchReducer } from "../ordering/batch-reducer.ts";
import type { SequencedBlock, SequencedPriorityOp } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { CommandStore } from "../ordering/command-store.ts";
import { GAS_PER_IMPORT, MAX_IMPORTS } from "../ordering/limits.ts";
import type { BatchLimits, BatchUsage, Unmeasured } from "../ordering/limits.ts";
import { hasContent } from "../ordering/open-batch.ts";
import type { OpenBatch } from "../ordering/open-batch.ts";
import { OrderError } from "../ordering/order-error.ts";
import { mostChange } from "../witness/state-cheat.ts";
import type { ImpersonatedRequest, StateCheat } from "../witness/state-cheat.ts";
import type { SignedTransaction } from "../transaction/transaction.ts";
import type { Preview } from "../witness/reexecution.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { BlockProducer, ProducerMark } from "./block-producer.ts";
import { SequencerError } from "./sequencer-error.ts";

interface BatchBuilderOptions {
  readonly limits: BatchLimits;
  /** Of the first batch, which publishes the chain's initial state too. Default: the same. */
  readonly firstLimits?: BatchLimits;
  /** Number of the first batch. Batch 0 is the genesis. */
  readonly firstBatch: bigint;
  /** Whether the chain goes on behind blocks whose hashes are not known. Default false. */
  readonly hashesUnknown?: boolean;
  /** Commands that the store has from before the first batch. Default: 0. */
  readonly storedBefore?: number;
}

interface BatchBuilderDependencies {
  readonly producer: BlockProducer;
  readonly system: SystemTransactions;
  /** What each batch exports beside its logs. */
  readonly extensions: Hex;
  readonly compress: Compress;
  /** Leaves of the state tree before the open batch. */
  readonly leafCount: () => number;
  readonly onBlock: (block: SequencedBlock) => void;
  readonly onPriorityOp: (operation: SequencedPriorityOp) => void;
  readonly onBatch: (batch: SealedBatch) => void;
  /** Told before a batch opens, with the place between it and the one before. Absent where the chain never returns there. */
  readonly onBoundary?: (mark: BuilderMark) => void;
  /** Told when a batch opens (true) and when it ends (false). */
  readonly onOpen: (open: boolean) => void;
  /** Keeps each command beyond this process. */
  readonly store?: CommandStore;
}

interface BlockOptions {
  /** Seconds. Default: as the next block would have, were it made now. */
  readonly timestamp?: bigint;
  /** The guard found the transactions safe. Default false. */
  readonly areSafe?: boolean;
}

/** Where batches and blocks stood, to return to. */
export interface BuilderMark {
  readonly producer: ProducerMark;
  readonly batch: OpenBatch | undefined;
  readonly nextBatch: bigint;
  /** Commands that the store had. */
  readonly storedCommands: number;
}

/**
 * Chooses when batches open and end, and the time of each command: one that would not fit gets a fresh batch. What comes of a
 * command is the reducer's. One call at a time; after a throw the chain must stop.
 */
export class BatchBuilder {
  readonly #dependencies: BatchBuilderDependencies;
  readonly #reducer: BatchReducer;
  readonly #firstBatch: bigint;
  readonly #hashesUnknown: boolean;
  #nextBatch: bigint;
  /** Whether a command is carried out that the store has already. */
  #isRepeating = false;
  /** Commands of the store that have been carried out again, those from before the first batch included. */
  #repeated: number;

  constructor(options: BatchBuilderOptions, dependencies: BatchBuilderDependencies) {
    const { limits, firstLimits = limits, firstBatch, hashesUnknown = false, storedBefore = 0 } = options;
    const { producer, system, extensions, compress, leafCount, onBlock } = dependencies;
    this.#dependencies = dependencies;
    this.#firstBatch = firstBatch;
    this.#hashesUnknown = hashesUnknown;
    this.#nextBatch = firstBatch;
    this.#repeated = storedBefore;
    this.#reducer = new BatchReducer(producer.rules, {
      engine: producer,
      system,
      extensions,
      compress,
      limits: (batchNumber) => (batchNumber === firstBatch ? firstLimits : limits),
      leafCount,
      onBlock,
    });
  }

  /** The open batch; undefined between batches. */
  get batch(): OpenBatch | undefined {
    return this.#reducer.batch;
  }

  /** The open batch's number, or the next one's where none is open. */
  get batchNumber(): bigint {
    return this.batch?.number ?? this.#nextBatch;
  }

  /** Makes a block in the open batch; opens one where there is none. */
  async block(
    transactions: readonly SignedTransaction[],
    { timestamp, areSafe = false }: BlockOptions = {},
  ): Promise<MineResult> {
    await this.open();
    return this.#carryOut({
      type: "block",
      transactions,
      areSafe,
      timestamp: timestamp ?? this.#dependencies.producer.environment().timestamp,
    });
  }

  /** The open batch; opens one where there is none. */
  async open(): Promise<OpenBatch> {
    const batch = this.batch ?? (await this.#begin());
    return batch.number === this.#firstBatch && this.#hashesUnknown ? this.#passUnknown(batch) : batch;
  }

  async #begin(): Promise<OpenBatch> {
    const { onOpen, onBoundary } = this.#dependencies;
    if (onBoundary !== undefined) onBoundary(await this.snapshot());
    onOpen(true);
    const forgetsHashes = this.#hashesUnknown && this.#nextBatch === this.#firstBatch;
    return this.#carryOut({ type: "open", batchNumber: this.#nextBatch++, timestamp: this.#ownTime, forgetsHashes });
  }

  /**
   * Moves the blocks whose hashes are not known out of reach: BLOCKHASH is 0 for them, and the engine, which has fillers in their
   * place, would say otherwise. Goes on where an earlier process ended in the middle of it.
   */
  async #passUnknown(batch: OpenBatch): Promise<OpenBatch> {
    while (this.#dependencies.producer.head.number < batch.firstBlock + BLOCK_HASHES_IN_REACH - 1n)
      await this.#carryOut({ type: "block", transactions: [], timestamp: this.#ownTime });
    return this.batch ?? batch;
  }

  /** Whether these transactions surely keep the limits, without asking the witness. */
  surelyFits(further: Unmeasured): boolean {
    return this.batch === undefined || this.#reducer.keepsLimits(this.batch.number, this.batch.usage, further);
  }

  /** The open batch's usage with its changes as the witness counts them now. */
  async measure(): Promise<BatchUsage> {
    await this.open();
    return this.#reducer.measure();
  }

  /** Whether a transaction that does what its preview says keeps the limits. The batch must have been measured. */
  fitsAfter(preview: Preview): boolean {
    return this.#reducer.fitsAfter(preview);
  }

  /** Changes the state in the open batch. A cheat that would not fit gets a fresh one. */
  async cheat(cheat: StateCheat): Promise<void> {
    const usage = await this.measure();
    const more = mostChange(cheat);
    const after: BatchUsage = {
      ...usage,
      diffs: usage.diffs + more.diffs,
      insertions: usage.insertions + more.insertions,
      diffBytes: usage.diffBytes + more.diffBytes,
      codes: usage.codes + more.codes,
      codeBytes: usage.codeBytes + more.codeBytes,
    };
    if (!this.#reducer.keepsLimits(this.batchNumber, after) && hasContent(this.batch)) await this.seal();
    await this.open();
    await this.#carryOut({ type: "cheat", cheat, timestamp: this.#dependencies.producer.head.timestamp });
  }

  /**
   * Runs an unsigned transaction, in a block of its own; it counts as a cheat. `refusalOf`: why what it would do is not to be.
   * Throws SequencerError.
   */
  async impersonated(
    request: ImpersonatedRequest,
    refusalOf: (preview: Preview) => SequencerError | undefined = () => undefined,
  ): Promise<BlockReceipt> {
    const { producer } = this.#dependencies;
    for (;;) {
      await this.measure();
      const [unsigned] = await this.#reducer.unsigned([request]);
      if (unsigned === undefined) throw new SequencerError("CheatRefused", "the transaction has no sender");
      const environment = producer.environment();
      const preview = await producer.inspect({ ...unsigned, isImpersonated: true }, environment);
      if (!preview.admitted)
        throw new SequencerError(
          "CheatRefused",
          "the transaction runs or deploys code that begins with an incomplete PUSH20, passes on too much data, or runs too many instructions",
        );
      if (preview.receipt === undefined)
        throw new SequencerError("CheatRefused", `the transaction is not valid: ${preview.reason}`);
      const refusal = refusalOf(preview);
      if (refusal !== undefined) throw refusal;
      if (!this.fitsAfter(preview)) {
        if (!hasContent(this.batch)) throw new SequencerError("CheatRefused", "the transaction exceeds what a batch may hold");
        await this.seal();
        continue;
      }
      const { timestamp } = environment;
      const { block, refused } = await this.#carryOut({ type: "impersonation", request, timestamp });
      const [receipt] = block.receipts;
      if (receipt === undefined)
        throw new SequencerError("CheatRefused", refused[0]?.reason ?? "the engine did not take the transaction");
      return receipt;
    }
  }

  /** Imports roots of other chains. Those that would not fit get a fresh batch: how many come is up to other chains. */
  async importRoots(roots: readonly ImportedRoot[]): Promise<void> {
    if (!(await this.#takesImports(roots.length)) && hasContent(this.batch)) await this.seal();
    await this.open();
    await this.#carryOut({ type: "imports", roots, timestamp: this.#ownTime });
  }

  /**
   * Carries out a priority operation. One that might not fit gets a fresh batch, in which any one fits that L1's queue admits,
   * whatever the chain's own limits are: nothing is left out for its size. The first batch holds the initial state already.
   */
  async priorityOp(operation: PriorityOperation): Promise<SequencedPriorityOp> {
    await this.measure();
    const most = { transactions: 1, gas: operation.operation.gasLimit };
    const isFresh = !hasContent(this.batch) && this.batchNumber !== this.#firstBatch;
    if (!isFresh && !this.surelyFits(most)) await this.seal();
    await this.open();
    const sequenced = await this.#carryOut({ type: "operation", operation, timestamp: this.#ownTime });
    this.#dependencies.onPriorityOp(sequenced);
    return sequenced;
  }

  /** Ends the open batch. Undefined where there is none. */
  async seal(): Promise<SealedBatch | undefined> {
    if (this.batch === undefined) return undefined;
    await this.open();
    const { onBatch, onOpen } = this.#dependencies;
    onOpen(false);
    const sealed = await this.#carryOut({ type: "seal", timestamp: this.#ownTime });
    onBatch(sealed);
    return sealed;
  }

  /** Carries out a command that the store has, exactly as at first. */
  async repeat(command: BatchCommand): Promise<void> {
    const { onBoundary, onOpen, onPriorityOp, onBatch } = this.#dependencies;
    this.#isRepeating = true;
    try {
      switch (command.type) {
        case "open":
          if (onBoundary !== undefined) onBoundary({ ...(await this.snapshot()), storedCommands: this.#repeated });
          onOpen(true);
          this.#nextBatch = command.batchNumber + 1n;
          await this.#carryOut(command);
          break;
        case "operation":
          onPriorityOp(await this.#carryOut(command));
          break;
        case "seal":
          onOpen(false);
          onBatch(await this.#carryOut(command));
          break;
        case "block":
        case "impersonation":
        case "imports":
        case "cheat":
          await this.#carryOut(command);
          break;
      }
      this.#repeated++;
    } finally {
      this.#isRepeating = false;
    }
  }

  async snapshot(): Promise<BuilderMark> {
    const { producer, store } = this.#dependencies;
    const storedCommands = store?.length ?? 0;
    return { producer: await producer.snapshot(), batch: this.batch, nextBatch: this.#nextBatch, storedCommands };
  }

  /** Returns to a mark, but keeps the timestamp that was fixed for the next block: that block is still to come. */
  rewind(mark: BuilderMark): Promise<void> {
    const { nextTimestamp } = this.#dependencies.producer;
    return this.revert({ ...mark, producer: { ...mark.producer, nextTimestamp } });
  }

  async revert(mark: BuilderMark): Promise<void> {
    await this.#dependencies.producer.revert(mark.producer);
    this.#reducer.returnTo(mark.batch);
    this.#nextBatch = mark.nextBatch;
    this.#dependencies.store?.truncate(mark.storedCommands);
    this.#dependencies.onOpen(mark.batch !== undefined);
  }

  /** Of a block of the chain's own, were it made now. */
  get #ownTime(): bigint {
    return this.#dependencies.producer.ownTimestamp;
  }

  readonly #carryOut: BatchReducer["carryOut"] = async (command) => {
    const { store } = this.#dependencies;
    const before = store?.length ?? 0;
    if (!this.#isRepeating) store?.append(command);
    try {
      return await this.#reducer.carryOut(command);
    } catch (error) {
      if (!this.#isRepeating) store?.truncate(before);
      throw error instanceof OrderError ? inSequencersTerms(error) : error;
    }
  };

  async #takesImports(count: number): Promise<boolean> {
    if ((this.batch?.importedRoots.length ?? 0) + count > MAX_IMPORTS) return false;
    const most = { transactions: count, gas: GAS_PER_IMPORT * BigInt(count) };
    if (this.surelyFits(most)) return true;
    await this.measure();
    return this.surelyFits(most);
  }
}

/** What the sequencer itself chooses never fails but by a fault of the chain. */
function inSequencersTerms(error: OrderError): SequencerError {
  const code = error.code === "OutputsDiffer" ? "OutputsDiffer" : "SystemTransactionFailed";
  return new SequencerError(code, error.message, { cause: error });
}
