import type { BlockEnvironment, BlockReceipt, MinedBlock } from "../block.ts";
import type { ExecutionEngine, MineResult } from "../execution/engine.ts";
import { carryOutImports, carryOutOperation } from "../ordering/carry-out.ts";
import type { GrowingBatch, OwnBlocks } from "../ordering/carry-out.ts";
import type { SealedBatch } from "../sealed-batch.ts";
import type { PriorityOperation, SystemRequest, SystemTransactions } from "../system-transactions.ts";
import { mostChange } from "../state-cheat.ts";
import type { ImpersonatedRequest, StateCheat } from "../state-cheat.ts";
import type { EngineTransaction, UnsignedTransaction } from "../transaction.ts";
import type { ChangeSize } from "../witness/change-size.ts";
import type { Preview } from "../witness/reexecution.ts";
import type { Witness } from "../witness/witness.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BlockProducer, ProducerMark } from "./block-producer.ts";
import { fits, GAS_PER_IMPORT, MAX_IMPORTS } from "./limits.ts";
import type { BatchLimits, BatchUsage, Unmeasured } from "./limits.ts";
import { beginBatch, extendBatch, hasContent, recordCheat, recordSize, usageAfter } from "./open-batch.ts";
import type { OpenBatch } from "./open-batch.ts";
import { finishBatch } from "./seal-batch.ts";
import { SequencerError } from "./sequencer-error.ts";

export interface BatchBuilderOptions {
  readonly limits: BatchLimits;
  /** Number of the first batch. Batch 0 is the genesis. */
  readonly firstBatch: bigint;
}

export interface BatchBuilderDependencies {
  readonly producer: BlockProducer;
  readonly engine: Pick<ExecutionEngine, "request">;
  readonly witness: Witness;
  readonly system: SystemTransactions;
  /** Leaves of the state tree before the open batch. */
  readonly leafCount: () => number;
  readonly onBlock: (block: SequencedBlock) => void;
  readonly onPriorityOp: (operation: SequencedPriorityOp) => void;
  readonly onBatch: (batch: SealedBatch) => void;
  /** Told when a batch opens (true) and when it ends (false). */
  readonly onOpen: (open: boolean) => void;
}

export interface BlockOptions {
  /** Default: the next block's, were it made now. */
  readonly environment?: BlockEnvironment;
  /** The guard found the transactions safe. Default false. */
  readonly areSafe?: boolean;
}

/** A block and the batch that it belongs to. */
export interface SequencedBlock extends MinedBlock {
  readonly batchNumber: bigint;
  readonly transactions: readonly EngineTransaction[];
}

/** A priority operation that has been carried out, and the transactions that did it. */
export interface SequencedPriorityOp {
  readonly canonicalTxHash: Hex;
  readonly success: boolean;
  /** The engine's name for the operation's own transaction; undefined where it could not even be included. */
  readonly operationHash: Hex | undefined;
  /** The transaction that logged the result. */
  readonly resultHash: Hex;
}

/** Where batches and blocks stood, to return to. */
export interface BuilderMark {
  readonly producer: ProducerMark;
  readonly batch: OpenBatch | undefined;
  readonly nextBatch: bigint;
}

/** Grows one batch after the other, block by block. One call at a time; after a throw the chain must stop. */
export class BatchBuilder {
  readonly #options: BatchBuilderOptions;
  readonly #dependencies: BatchBuilderDependencies;
  #batch: OpenBatch | undefined;
  #nextBatch: bigint;

  constructor(options: BatchBuilderOptions, dependencies: BatchBuilderDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#nextBatch = options.firstBatch;
  }

  /** The open batch; undefined between batches. */
  get batch(): OpenBatch | undefined {
    return this.#batch;
  }

  /** The open batch's number, or the next one's where none is open. */
  get batchNumber(): bigint {
    return this.#batch?.number ?? this.#nextBatch;
  }

  /** Makes a block in the open batch; opens one where there is none. */
  async block(transactions: readonly EngineTransaction[], options: BlockOptions = {}): Promise<MineResult> {
    const opened = await this.open();
    const { producer, onBlock } = this.#dependencies;
    const environment = options.environment ?? producer.environment();
    const { areSafe = false } = options;
    const onMeasured = (size: ChangeSize): void => this.#record(environment.number, size);
    const result = await producer.produce(transactions, environment, { areSafe, onMeasured });
    const batch = this.#batch ?? opened;
    this.#batch = extendBatch(batch, result.block, result.included);
    onBlock({ ...result.block, batchNumber: batch.number, transactions: result.included });
    return result;
  }

  /** The open batch; opens one where there is none. */
  async open(): Promise<OpenBatch> {
    if (this.#batch !== undefined) return this.#batch;
    const { producer, system, onOpen } = this.#dependencies;
    const environment = producer.environment();
    const batch = beginBatch(this.#nextBatch++, environment.number, environment.timestamp);
    this.#batch = batch;
    onOpen(true);
    // In the second that the batch's record names, also where the next one has begun by now.
    await this.#system(system.opening(batch.number), environment);
    return batch;
  }

  /** Whether these transactions surely keep the limits, without asking the witness. */
  surelyFits(further: Unmeasured): boolean {
    return this.#batch === undefined || fits(this.#batch.usage, this.#options.limits, this.#dependencies.leafCount(), further);
  }

  /** The open batch's usage with its changes as the witness counts them now. */
  async measure(): Promise<BatchUsage> {
    const opened = await this.open();
    const size = await this.#dependencies.witness.request("measure", undefined);
    // Meanwhile the witness has reported blocks.
    const measured = recordSize(this.#batch ?? opened, this.#dependencies.producer.head.number, size);
    this.#batch = measured;
    return measured.usage;
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
    if (!fits(after, this.#options.limits, this.#dependencies.leafCount()) && hasContent(this.#batch)) await this.seal();
    await this.open();
    const size = await this.#dependencies.producer.cheat(cheat);
    this.#batch = recordSize(recordCheat(await this.open()), this.#dependencies.producer.head.number, size);
  }

  /** Runs a transaction that nobody signed, in a block of its own; it counts as a cheat. Throws SequencerError. */
  async impersonated(request: ImpersonatedRequest): Promise<BlockReceipt> {
    const { producer } = this.#dependencies;
    for (;;) {
      await this.measure();
      const [unsigned] = await producer.unsigned([request]);
      if (unsigned === undefined) throw new SequencerError("CheatRefused", "the transaction has no sender");
      const transaction: UnsignedTransaction = { ...unsigned, isImpersonated: true };
      const environment = producer.environment();
      const preview = await producer.inspect(transaction, environment);
      if (!preview.admitted) throw new SequencerError("CheatRefused", "the transaction runs or deploys code that begins with an incomplete PUSH20, passes on too much data, or runs too many instructions");
      if (preview.receipt === undefined) throw new SequencerError("CheatRefused", `the transaction is not valid: ${preview.reason}`);
      if (!this.fitsAfter(preview)) {
        if (!hasContent(this.#batch)) throw new SequencerError("CheatRefused", "the transaction exceeds what a batch may hold");
        await this.seal();
        continue;
      }
      const { block, refused } = await this.block([transaction], { environment });
      const [receipt] = block.receipts;
      if (receipt === undefined) throw new SequencerError("CheatRefused", refused[0]?.reason ?? "the engine did not take the transaction");
      this.#batch = recordCheat(await this.open());
      return receipt;
    }
  }

  /** What the witness reports of a block after it has repeated it, while later blocks are made. */
  #record(block: bigint, size: ChangeSize): void {
    if (this.#batch?.unmeasuredBlocks.some(({ number }) => number === block) === true) this.#batch = recordSize(this.#batch, block, size);
  }

  /** Whether a transaction that does what its preview says keeps the limits. The batch must have been measured. */
  fitsAfter({ receipt, size }: Preview): boolean {
    if (this.#batch === undefined || receipt === undefined) return false;
    return fits(usageAfter(this.#batch, receipt, size), this.#options.limits, this.#dependencies.leafCount());
  }

  /** Imports roots of other chains. Those that would not fit get a fresh batch: how many come is up to other chains. */
  async importRoots(roots: readonly ImportedRoot[]): Promise<void> {
    if (!(await this.#takesImports(roots.length)) && hasContent(this.#batch)) await this.seal();
    // First of all the opening transaction: it comes from the same sender, whose nonces these need.
    const growing = this.#growing(await this.open());
    await carryOutImports(roots, this.#dependencies.system, { own: (requests) => this.#system(requests) }, growing);
  }

  /**
   * Carries out a priority operation from first to last step, all at one time. An operation that would not fit gets a fresh batch.
   * Where it must not or cannot run, the conclusion has the very environment in which that was found: validators judge it there.
   */
  async priorityOp(operation: PriorityOperation): Promise<SequencedPriorityOp> {
    const { producer } = this.#dependencies;
    await this.open();
    await this.measure();
    const most = { transactions: 1, gas: operation.operation.gasLimit };
    if (!this.surelyFits(most) && hasContent(this.#batch)) await this.seal();
    // Before anything else: it comes from the same sender, whose nonces the payout needs.
    const growing = this.#growing(await this.open());
    const { timestamp } = producer.environment();
    const environment = (): BlockEnvironment => ({ ...producer.environment(), timestamp });
    const blocks: OwnBlocks = {
      own: (requests) => this.#system(requests, environment()),
      attempt: async (request) => {
        const [transaction] = await producer.unsigned([request]);
        return transaction === undefined ? undefined : this.#tryOperation(transaction, environment());
      },
    };
    const { success, receipt, conclusion } = await carryOutOperation(operation, blocks, growing);
    const { canonicalTxHash } = operation;
    const resultHash = conclusion.at(-1)?.transactionHash;
    if (resultHash === undefined) throw new SequencerError("SystemTransactionFailed", `operation ${canonicalTxHash} has no conclusion`);
    const sequenced = { canonicalTxHash, success, operationHash: receipt?.transactionHash, resultHash };
    this.#dependencies.onPriorityOp(sequenced);
    return sequenced;
  }

  /** Ends the open batch. Undefined where there is none. */
  async seal(): Promise<SealedBatch | undefined> {
    if (this.#batch === undefined) return undefined;
    const { system, producer, engine, witness, onBatch, onOpen } = this.#dependencies;
    onOpen(false);
    const sealed = await finishBatch(
      () => this.#batch,
      (closing, environment) => this.#system([closing], environment),
      { system, producer, engine, witness },
    );
    this.#batch = undefined;
    onBatch(sealed);
    return sealed;
  }

  async snapshot(): Promise<BuilderMark> {
    return { producer: await this.#dependencies.producer.snapshot(), batch: this.#batch, nextBatch: this.#nextBatch };
  }

  async revert(mark: BuilderMark): Promise<void> {
    await this.#dependencies.producer.revert(mark.producer);
    this.#batch = mark.batch;
    this.#nextBatch = mark.nextBatch;
    this.#dependencies.onOpen(mark.batch !== undefined);
  }

  /** The open batch as steps of the protocol find and leave it. */
  #growing(opened: OpenBatch): GrowingBatch {
    return { batch: () => this.#batch ?? opened, replace: (batch) => void (this.#batch = batch) };
  }

  /** Runs the chain's own transactions in one block. Throws SequencerError when one does not succeed. */
  async #system(requests: readonly SystemRequest[], environment?: BlockEnvironment): Promise<readonly BlockReceipt[]> {
    if (requests.length === 0) return [];
    const transactions = await this.#dependencies.producer.unsigned(requests);
    const { block, refused } = await this.block(transactions, environment === undefined ? {} : { environment });
    if (refused[0] !== undefined) throw systemFailure(refused[0].transaction, refused[0].reason);
    const failed = block.receipts.findIndex(({ success }) => !success);
    if (failed !== -1) throw systemFailure(transactions[failed], "it reverted");
    return block.receipts;
  }

  async #takesImports(count: number): Promise<boolean> {
    if ((this.#batch?.importedRoots.length ?? 0) + count > MAX_IMPORTS) return false;
    const most = { transactions: count, gas: GAS_PER_IMPORT * BigInt(count) };
    if (this.surelyFits(most)) return true;
    await this.measure();
    return this.surelyFits(most);
  }

  /** The operation's own transaction. Undefined where it must not or cannot run: then it has failed without effects. */
  async #tryOperation(transaction: UnsignedTransaction, environment: BlockEnvironment): Promise<BlockReceipt | undefined> {
    await this.measure();
    const preview = await this.#dependencies.producer.inspect(transaction, environment);
    if (!preview.admitted || !this.fitsAfter(preview)) return undefined;
    const { block } = await this.block([transaction], { environment });
    return block.receipts[0];
  }
}

function systemFailure(transaction: EngineTransaction | undefined, reason: string): SequencerError {
  return new SequencerError("SystemTransactionFailed", `the chain's own transaction to ${transaction?.to ?? "create"} failed: ${reason}`);
}

