import { BLOCK_HASHES_IN_REACH } from "../../ground/protocol/block-hashes.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BlockReceipt } from "../model/block.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { PriorityOperation } from "../../ground/protocol/system-transactions.ts";
import type { BatchReducer, CommandResult, SequencedPriorityOp } from "../ordering/batch-reducer.ts";
import type { BatchCommand, OpenedEnvelope } from "../ordering/command.ts";
import { blockInputBytes, type InputSizes } from "../ordering/input-sizes.ts";
import { fitsImports, GAS_PER_IMPORT, withImports, withOperation, type BatchUsage, type Unmeasured } from "../ordering/limits.ts";
import { hasContent, leastUsage, type OpenBatch } from "../ordering/open-batch.ts";
import { OrderError } from "../ordering/order-error.ts";
import type { ImpersonatedRequest, StateCheat } from "../../ground/protocol/state-cheat.ts";
import { mostChange } from "../witness/change-size.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { Preview } from "../witness/reexecution.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { BlockProducer } from "./block-producer.ts";
import { SequencerError } from "./sequencer-error.ts";
import type { SharedInput } from "./shared-input.ts";

/** Gas of a transaction for which a batch with room must not end. */
const ORDINARY_GAS = 1_000_000n;

interface BatchBuilderOptions {
  /** Number of the first batch. Batch 0 is the genesis. */
  readonly firstBatch: bigint;
  /** True if the chain continues after blocks whose hashes are unknown. Default false. */
  readonly hashesUnknown?: boolean;
}

interface BatchBuilderDependencies {
  readonly producer: BlockProducer;
  readonly reducer: BatchReducer;
  /** Applies a chosen command. Rejects like the reducer. */
  readonly carryOut: (command: BatchCommand) => Promise<CommandResult>;
  /** Awaited before a batch opens: format and limits follow from decided batches. */
  readonly settleEnd: () => Promise<void>;
}

interface BlockOptions {
  /** Seconds. Default: as the next block would have, were it made now. */
  readonly timestamp?: bigint;
  /** The transactions need no inspection. Default false. */
  readonly areSafe?: boolean;
}

/** Payout, the operation and its conclusion. */
const BLOCKS_PER_OPERATION = 3;

/**
 * Chooses when batches open and end, and the time of each command: one that would not fit gets a fresh batch. What comes of a
 * command is the reducer's. One call at a time; after a throw the chain must stop.
 */
export class BatchBuilder {
  readonly #dependencies: BatchBuilderDependencies;
  readonly #options: BatchBuilderOptions;

  constructor(options: BatchBuilderOptions, dependencies: BatchBuilderDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** The open batch; undefined between batches. */
  get batch(): OpenBatch | undefined {
    return this.#dependencies.reducer.batch;
  }

  /** The open batch's number, or the next one's where none is open. */
  get batchNumber(): bigint {
    return this.#dependencies.reducer.batchNumber;
  }

  /** Makes a block in the open batch; opens one where there is none. */
  async block(
    transactions: readonly SignedTransaction[],
    { timestamp, areSafe = false }: BlockOptions = {},
  ): Promise<CommandResult> {
    await (transactions.length === 0 ? this.#roomFor(1) : this.open());
    return this.#carryOut({
      type: "block",
      transactions,
      areSafe,
      timestamp: timestamp ?? this.#dependencies.producer.environment().timestamp,
    });
  }

  /** Makes the block of an opened envelope at this second, with its transaction, or empty if that cannot run. */
  async opened(opens: OpenedEnvelope, transaction: SignedTransaction | undefined, timestamp: bigint): Promise<CommandResult> {
    await (transaction === undefined ? this.#roomFor(1) : this.open());
    const transactions = transaction === undefined ? [] : [transaction];
    return this.#carryOut({ type: "block", transactions, opens, timestamp });
  }

  /**
   * Makes empty blocks in the open batch with this interval; opens a batch between two. Resolves with the number of blocks: up to
   * `limit`, as many as the batch has room for, and at least one.
   */
  async empty(limit: number, intervalSeconds: bigint): Promise<number> {
    const count = await this.#roomFor(limit);
    const { timestamp } = this.#dependencies.producer.environment();
    await this.#carryOut({ type: "empty", count, intervalSeconds, timestamp });
    return count;
  }

  /** The open batch; opens one where there is none. */
  async open(): Promise<OpenBatch> {
    const batch = this.batch ?? (await this.#begin());
    const { firstBatch, hashesUnknown = false } = this.#options;
    return batch.number === firstBatch && hashesUnknown ? this.#passUnknown(batch) : batch;
  }

  /** Empty blocks for which the open batch has room, up to `limit`. A full batch ends first. */
  async #roomFor(limit: number): Promise<number> {
    const { reducer } = this.#dependencies;
    await this.open();
    if (reducer.roomForBlocks(limit) > 0) return reducer.roomForBlocks(limit);
    await reducer.measure();
    if (reducer.roomForBlocks(limit) === 0) await this.seal();
    await this.open();
    return Math.max(1, reducer.roomForBlocks(limit));
  }

  async #begin(): Promise<OpenBatch> {
    await this.#dependencies.settleEnd();
    const { batchNumber } = this;
    await this.#carryOut(this.opening(this.#ownTime));
    if (this.batch === undefined) throw new TypeError(`batch ${batchNumber} was opened`);
    return this.batch;
  }

  /** Command that opens the next batch at this second: all but the time follows from the chain. */
  opening(timestamp: bigint): BatchCommand {
    const { batchNumber } = this;
    const { firstBatch, hashesUnknown = false } = this.#options;
    const forgetsHashes = hashesUnknown && batchNumber === firstBatch;
    return { type: "open", batchNumber, timestamp, forgetsHashes, isProven: this.#dependencies.producer.isProvenAt(timestamp) };
  }

  /**
   * Moves the blocks whose hashes are unknown out of reach: BLOCKHASH is 0 for them, but the engine, which has fillers
   * instead of them, would return others. Continues if an earlier process ended in the middle of it.
   */
  async #passUnknown(batch: OpenBatch): Promise<OpenBatch> {
    while (this.#dependencies.producer.head.number < batch.firstBlock + BLOCK_HASHES_IN_REACH - 1n)
      await this.#carryOut({ type: "block", transactions: [], timestamp: this.#ownTime });
    return this.batch ?? batch;
  }

  /** Whether these transactions surely keep the limits, without asking the witness. */
  surelyFits(further: Unmeasured): boolean {
    return this.batch === undefined || this.#dependencies.reducer.keepsLimits(this.batch.number, this.batch.usage, further);
  }

  /** True if the open batch keeps the limits, with its changes as the witness counts them now. */
  async isWithinLimits(): Promise<boolean> {
    const { reducer } = this.#dependencies;
    return reducer.keepsLimits(this.batchNumber, await reducer.measure());
  }

  /** True if the open batch may have no room for an ordinary transaction. */
  get isFull(): boolean {
    return hasContent(this.batch) && !this.surelyFits({ transactions: 1, gas: ORDINARY_GAS });
  }

  /** The open batch's usage with its changes as the witness counts them now. */
  async measure(): Promise<BatchUsage> {
    await this.open();
    return this.#dependencies.reducer.measure();
  }

  /** Whether a transaction that does what its preview says keeps the limits; likewise as the reducer's. */
  fitsAfter(preview: Preview, signed: readonly Hex[]): boolean {
    return this.#dependencies.reducer.fitsAfter(preview, signed);
  }

  /** True if the open batch, if there is one, has room for a change that waits outside the chain. */
  async hasRoomFor(input: SharedInput): Promise<boolean> {
    if (this.batch === undefined) return true;
    switch (input.type) {
      case "operation":
        return this.takes(input.operation);
      case "imports":
        return this.#takesImports(input.roots);
      case "cheat":
        return this.#takesCheat(input.cheat);
      case "impersonation":
        return this.surelyFits({ transactions: 1, gas: BigInt(input.request.gasLimit) });
      case "empty":
      case "opened":
        return this.#dependencies.reducer.roomForBlocks(1) > 0;
    }
  }

  /** Changes the state in the open batch. A cheat that would not fit gets a fresh one. */
  async cheat(cheat: StateCheat): Promise<void> {
    if (!(await this.#takesCheat(cheat)) && hasContent(this.batch)) await this.seal();
    await this.open();
    await this.#carryOut({ type: "cheat", cheat, timestamp: this.#dependencies.producer.head.timestamp });
  }

  async #takesCheat(cheat: StateCheat): Promise<boolean> {
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
    return this.#dependencies.reducer.keepsLimits(this.batchNumber, after);
  }

  /**
   * Runs an unsigned transaction, in a separate block; it counts as a cheat. `refusalOf`: reason to refuse its result.
   * Throws SequencerError.
   */
  async impersonated(
    request: ImpersonatedRequest,
    refusalOf: (preview: Preview) => SequencerError | undefined = () => undefined,
  ): Promise<BlockReceipt> {
    const { producer } = this.#dependencies;
    for (;;) {
      await this.measure();
      const [unsigned] = await this.#dependencies.reducer.unsigned([request]);
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
      if (!this.fitsAfter(preview, [])) {
        if (!hasContent(this.batch)) throw new SequencerError("CheatRefused", "the transaction exceeds what a batch may hold");
        await this.seal();
        continue;
      }
      const { timestamp } = environment;
      const { blocks, refused } = await this.#carryOut({ type: "impersonation", request, timestamp });
      const receipt = blocks[0]?.receipts[0];
      if (receipt === undefined)
        throw new SequencerError("CheatRefused", refused[0]?.reason ?? "the engine did not take the transaction");
      return receipt;
    }
  }

  /** Imports roots of other chains. Those that would not fit get a fresh batch: how many come is up to other chains. */
  async importRoots(roots: readonly ImportedRoot[]): Promise<void> {
    if (!(await this.#takesImports(roots)) && hasContent(this.batch)) await this.seal();
    await this.open();
    await this.#carryOut({ type: "imports", roots, timestamp: this.#ownTime });
  }

  /**
   * True if the open batch takes a priority operation; opens a batch if none is open. Only batch 0 publishes an initial state.
   * The first batch of this process does not count, because all nodes that derive a chain must end its batches alike.
   */
  async takes({ operation }: PriorityOperation): Promise<boolean> {
    const usage = await this.measure();
    const isFresh = !hasContent(this.batch) && this.batchNumber !== 0n;
    const further = { transactions: 1, gas: operation.gasLimit, inputBytes: BLOCKS_PER_OPERATION * this.#inputSizes.block };
    return isFresh || this.#dependencies.reducer.keepsLimits(this.batchNumber, withOperation(usage), further);
  }

  /**
   * Executes a priority operation. One that might not fit gets a fresh batch, in which any one fits that L1's queue
   * admits, whatever the chain's limits are: nothing is left out for its size. Batch 0 also publishes the initial state.
   */
  async priorityOp(operation: PriorityOperation): Promise<SequencedPriorityOp> {
    if (!(await this.takes(operation))) await this.seal();
    return this.operation(operation);
  }

  /** Executes a priority operation in the open batch, whatever room it has. Opens a batch if none is open. */
  async operation(operation: PriorityOperation): Promise<SequencedPriorityOp> {
    await this.open();
    const { operation: sequenced } = await this.#carryOut({ type: "operation", operation, timestamp: this.#ownTime });
    if (sequenced === undefined) throw new TypeError(`operation ${operation.canonicalTxHash} was executed`);
    return sequenced;
  }

  /** Ends the open batch. Undefined where there is none. */
  async seal(): Promise<SealedBatch | undefined> {
    if (this.batch === undefined) return undefined;
    await this.open();
    const { sealed } = await this.#carryOut({ type: "seal", timestamp: this.#ownTime });
    return sealed;
  }

  /** Maximum size of a signed transaction in a separate block. */
  mostOf({ gasLimit, raw }: Pick<SignedTransaction, "gasLimit" | "raw">): Unmeasured & { readonly inputBytes: number } {
    return { transactions: 1, gas: gasLimit, inputBytes: blockInputBytes([raw], this.#inputSizes) };
  }

  /**
   * Refusal of a transaction with this receipt and these bytes if no batch holds it. Undefined if its gas, messages and inputs
   * fit an empty batch; its changes are measured when it is sent.
   */
  refusalBySize(receipt: Omit<BlockReceipt, "transactionHash">, signed: Hex): SequencerError | undefined {
    const { reducer } = this.#dependencies;
    const usage = leastUsage(receipt, signed, this.#inputSizes);
    if (reducer.keepsLimits(this.batchNumber + 1n, usage)) return undefined;
    const { messages, messageBytes, inputBytes } = usage;
    const reason = `the transaction exceeds an empty batch: ${messages} messages of ${messageBytes} bytes, ${inputBytes} bytes of inputs; send it in parts`;
    return new SequencerError("ExceedsBatch", reason);
  }

  get #inputSizes(): InputSizes {
    return this.#dependencies.reducer.inputSizes;
  }

  /** Timestamp of a block of the chain, if it were made now. */
  get #ownTime(): bigint {
    return this.#dependencies.producer.ownTimestamp;
  }

  async #carryOut(command: BatchCommand): Promise<CommandResult> {
    try {
      return await this.#dependencies.carryOut(command);
    } catch (error) {
      throw error instanceof OrderError ? inSequencersTerms(error) : error;
    }
  }

  async #takesImports(roots: readonly ImportedRoot[]): Promise<boolean> {
    if (!fitsImports(this.batch?.importedRoots ?? [], roots)) return false;
    const count = roots.length;
    const inputBytes = this.#inputSizes.block + this.#inputSizes.root * count;
    const most = { transactions: count, gas: GAS_PER_IMPORT * BigInt(count), inputBytes };
    const isKept = (usage: BatchUsage): boolean =>
      this.#dependencies.reducer.keepsLimits(this.batchNumber, withImports(usage, roots), most);
    if (this.batch === undefined || isKept(this.batch.usage)) return true;
    return isKept(await this.measure());
  }
}

/** Converts an error. A choice of the sequencer itself never fails except by a fault of the chain. */
function inSequencersTerms(error: OrderError): SequencerError {
  const code = error.code === "OutputsDiffer" ? "OutputsDiffer" : "SystemTransactionFailed";
  return new SequencerError(code, error.message, { cause: error });
}
