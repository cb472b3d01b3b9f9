import {
  BLOCK_HASHES_SLOTS,
  emptyBlockHashes,
  foldBlockHash,
  NO_HASHES,
  type BlockHashChain,
} from "../../ground/protocol/block-hashes.ts";
import { digestFromHex, type Compress } from "../../ground/protocol/digest.ts";
import { PREDEPLOY_CODES } from "../../ground/protocol/generated/predeploy-codes.ts";
import { PREDEPLOYS_DIGEST, VERSION_PREDEPLOYS } from "../../ground/protocol/generated/version-predeploys.ts";
import {
  batchExtensions,
  INPUTS_SLOT,
  INSTALLED_SLOT,
  installsPredeploys,
  PARTITION_ROOT,
  type ChainExtensions,
} from "../../ground/protocol/genesis.ts";
import { wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, OperationHash } from "../../ground/protocol/ids.ts";
import { InputKind, kindOfImports, NO_INPUTS, noteRoot } from "../../ground/protocol/noted-inputs.ts";
import type { BatchOutputs } from "../../ground/protocol/outputs.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { CarriedOut, Environment } from "../core/environment.ts";
import type { ReturnReason } from "../core/follower.ts";
import type { BlockEnvironment, BlockReceipt, EngineRefusal, Head, MinedBlock, MineResult, NamedHead } from "../model/block.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { PriorityOperation, SystemRequest, SystemTransactions } from "../../ground/protocol/system-transactions.ts";
import type { EngineTransaction, UnsignedEngineTransaction } from "../../ground/transaction/transaction.ts";
import type { ChangeSize } from "../witness/change-size.ts";
import type { NotRunReason, OperationVerdict } from "../model/operation-verdict.ts";
import type { Preview } from "../witness/reexecution.ts";
import { nextEnvironment, type BlockEngine, type BlockRules, type PlannedBlock } from "./block-engine.ts";
import type { BatchCommand } from "./command.ts";

import { RECORD_SIZES, STEP_SIZES, type InputSizes } from "./input-sizes.ts";
import { fits, roomForBlocks, type BatchLimits, type BatchUsage, type Unmeasured } from "./limits.ts";
import {
  batchOutputs,
  beginBatch,
  extendBatch,
  inputsAfterBlock,
  inputsAfterTransactions,
  recordCheat,
  recordEmptyBlocks,
  recordImports,
  recordMined,
  recordPriorityOp,
  recordSize,
  usageAfter,
  type OpenBatch,
} from "./open-batch.ts";
import { OrderError } from "./order-error.ts";
import { sealedFrom } from "./sealed-from.ts";

interface BatchReducerDependencies {
  readonly engine: BlockEngine;
  readonly system: SystemTransactions;
  /** Exports of each batch besides its logs, as its closing computes them. */
  readonly extensions: ChainExtensions;
  readonly compress: Compress;
  /** Limits of a batch. */
  readonly limits: (batchNumber: BatchNumber, isProven: boolean) => BatchLimits;
  /** Leaves of the state tree before the open batch. */
  readonly leafCount: () => number;
  /** True if the version of the batch before the first one is a proven one. Default false: the first one is the chain's. */
  readonly beginsProven?: boolean | undefined;
}

/** A block and the batch that it belongs to. */
export interface SequencedBlock extends MinedBlock {
  readonly batchNumber: BatchNumber;
  readonly transactions: readonly EngineTransaction[];
}

/** An executed priority operation, and its transactions. */
export interface SequencedPriorityOp {
  readonly canonicalTxHash: OperationHash;
  readonly success: boolean;
  /** Why it did not run; undefined where it did. */
  readonly notRun: NotRunReason | undefined;
  /** Gas price that L1 charged. */
  readonly gasPriceWei: bigint;
  /** Gas that it is charged for: all of its gas if it did not run, or none if it was not even valid. */
  readonly gasUsed: bigint;
  /** The engine's name for the operation's own transaction; undefined where it did not run. */
  readonly operationHash: OperationHash | undefined;
  /** The transaction that logged the result. */
  readonly resultHash: Hex;
}

/** Result of a command. */
export interface CommandResult extends CarriedOut<BatchCommand, SealedBatch> {
  /** Without transactions that the engine refused. */
  readonly command: BatchCommand;
  /** Number of the batch to which it belongs. */
  readonly batchNumber: BatchNumber;
  /** In order. */
  readonly blocks: readonly SequencedBlock[];
  /** Refusals of a block's transactions, or of the impersonated one. */
  readonly refused: readonly EngineRefusal[];
  /** Result of an operation; undefined for other commands. */
  readonly operation: SequencedPriorityOp | undefined;
}

type CommandOf<Type extends BatchCommand["type"]> = Extract<BatchCommand, { readonly type: Type }>;
/** Results of a command besides its blocks. */
type Outcome = Partial<Pick<CommandResult, "refused" | "operation" | "sealed">>;

/** Mark of a reducer, for a rewind. */
interface OrderMark {
  readonly engine: unknown;
  readonly batch: OpenBatch | undefined;
  readonly nextBatch: BatchNumber;
  readonly wasProven: boolean;
}

/**
 * The order of the protocol: which blocks follow from a command, what a batch consists of, and what it hands on. Sequencers and
 * validators form batches with it, from the same commands. One call at a time; after a throw the batch is of no use.
 */
export class BatchReducer implements Environment<BatchCommand, SealedBatch, CommandResult, OrderMark> {
  readonly name = "order";
  readonly #rules: BlockRules;
  readonly #dependencies: BatchReducerDependencies;
  #batch: OpenBatch | undefined;
  #nextBatch: BatchNumber;
  /** True if the batch before the open or next one is of a proven version. */
  #wasProven: boolean;
  /** Blocks of the current command. */
  #blocks: SequencedBlock[] = [];

  constructor(rules: BlockRules, firstBatch: BatchNumber, dependencies: BatchReducerDependencies) {
    this.#rules = rules;
    this.#nextBatch = firstBatch;
    this.#dependencies = dependencies;
    this.#wasProven = dependencies.beginsProven ?? false;
  }

  /** The open batch; undefined between batches. */
  get batch(): OpenBatch | undefined {
    return this.#batch;
  }

  /** The open batch's number, or the next one's where none is open. */
  get batchNumber(): BatchNumber {
    return this.#batch?.number ?? this.#nextBatch;
  }

  /**
   * Applies the next command. Rejects with OrderError if the protocol forbids it here or it fails, with TypeError for a
   * command between batches that belongs into one, and like the engine.
   */
  async carryOut(command: BatchCommand): Promise<CommandResult> {
    const { batchNumber } = this;
    const blocks: SequencedBlock[] = [];
    this.#blocks = blocks;
    const { refused = [], operation, sealed } = await this.#step(command);
    return { command: doneOf(command, blocks, refused), batchNumber, blocks, refused, operation, sealed };
  }

  async mark(reason: ReturnReason): Promise<OrderMark> {
    const engine = await this.#dependencies.engine.mark(reason);
    // Meanwhile the engine may have reported blocks.
    return { engine, batch: this.#batch, nextBatch: this.#nextBatch, wasProven: this.#wasProven };
  }

  /** Throws as the engine does. */
  async returnTo({ engine, batch, nextBatch, wasProven }: OrderMark, reason: ReturnReason): Promise<void> {
    await this.#dependencies.engine.returnTo(engine, reason);
    this.#batch = batch;
    this.#nextBatch = nextBatch;
    this.#wasProven = wasProven;
  }

  release({ engine }: OrderMark): void {
    this.#dependencies.engine.release(engine);
  }

  /** The open batch's usage with its changes as the engine counts them now. */
  async measure(): Promise<BatchUsage> {
    const { engine } = this.#dependencies;
    const size = await engine.measure();
    // Meanwhile the engine may have reported blocks.
    const measured = recordSize(this.#open, engine.head.number, size);
    this.#batch = measured;
    return measured.usage;
  }

  /** True if the usage, together with these transactions, is within the limits of a batch. */
  keepsLimits(batchNumber: BatchNumber, usage: BatchUsage, further?: Unmeasured): boolean {
    const { limits, leafCount } = this.#dependencies;
    // Before an opening says which, the lower limits: those of a proven batch.
    return fits(usage, limits(batchNumber, this.#batch?.isProven ?? true), leafCount(), further);
  }

  /**
   * True if a transaction with the results of its preview is within the limits. `signed`: its bytes if it is signed. The
   * batch must have been measured.
   */
  fitsAfter({ receipt, size }: Pick<Preview, "receipt" | "size">, signed: readonly Hex[]): boolean {
    if (this.#batch === undefined || receipt === undefined) return false;
    return this.keepsLimits(this.#batch.number, usageAfter(this.#batch, { receipt, size, signed }));
  }

  /** Sizes of the chain's inputs, by their form. */
  get inputSizes(): InputSizes {
    return this.#dependencies.extensions.withInputs === undefined ? STEP_SIZES : RECORD_SIZES;
  }

  /** Empty blocks for which the open batch has room, up to `limit`; 0 if it must end first: inputs of blocks take bytes. */
  roomForBlocks(limit: number): number {
    if (this.#batch === undefined) return limit;
    const { number, isProven, usage } = this.#batch;
    const { limits, leafCount } = this.#dependencies;
    const { block: blockBytes, countsEmptyBlocks } = this.inputSizes;
    const room = roomForBlocks(usage, limits(number, isProven), leafCount(), {
      limit: countsEmptyBlocks ? limit : 1,
      blockBytes,
    });
    return countsEmptyBlocks || room === 0 ? room : limit;
  }

  /** Transactions without a signature with their senders' nonces, in order. */
  async unsigned(requests: readonly SystemRequest[]): Promise<UnsignedEngineTransaction[]> {
    const nonces = new Map<Hex, bigint>();
    const transactions: UnsignedEngineTransaction[] = [];
    for (const request of requests) {
      const nonce = nonces.get(request.from) ?? (await this.#dependencies.engine.nonceOf(request.from));
      nonces.set(request.from, nonce + 1n);
      transactions.push({ kind: "unsigned", ...request, nonce });
    }
    return transactions;
  }

  #step(command: BatchCommand): Promise<Outcome> {
    this.#requireQueued(command);
    switch (command.type) {
      case "open":
        return this.#begin(command);
      case "block":
        return this.#block(command);
      case "empty":
        return this.#empty(command);
      case "operation":
        return this.#operation(command);
      case "imports":
        return this.#imports(command);
      case "cheat":
        return this.#cheat(command);
      case "impersonation":
        return this.#impersonation(command);
      case "seal":
        return this.#seal(command);
    }
  }

  async #block({ timestamp, transactions, areSafe = false }: CommandOf<"block">): Promise<Outcome> {
    const environment = this.#environment(timestamp);
    const { refused } = await this.#run({ transactions, environment, areSafe, purpose: "a user sent" }, InputKind.block);
    this.#batch = recordMined(this.#open, 1);
    return { refused };
  }

  async #empty({ count, intervalSeconds, timestamp }: CommandOf<"empty">): Promise<Outcome> {
    const seconds = Array.from({ length: Number(count) }, (_, i) => timestamp + BigInt(i) * intervalSeconds);
    this.#batch = recordMined(await this.#runEmpty(seconds), seconds.length);
    return {};
  }

  /**
   * Makes the maximum number of empty blocks of one call of the engine: nothing runs, and only their hashes are added to
   * the batch, which is then returned.
   */
  async #runEmpty(seconds: readonly bigint[]): Promise<OpenBatch> {
    const { engine, compress } = this.#dependencies;
    let head: NamedHead = engine.head;
    const { isProven: isMetered } = this.#open;
    const environments: BlockEnvironment[] = [];
    let last: Head = head;
    for (const timestamp of seconds) {
      const environment = nextEnvironment(this.#rules, last, { timestamp, isMetered });
      requireInOrder(environment, last);
      environments.push(environment);
      last = environment;
    }
    const blocks = await engine.runEmpty(environments);
    const { number: batchNumber } = this.#open;
    let { blockHashes, inputs } = this.#open;
    for (const block of blocks) {
      blockHashes = foldBlockHash(blockHashes, head, compress);
      inputs = inputsAfterBlock({ inputs, blockHashes }, InputKind.block, block.environment, head);
      head = { ...block.environment, hash: block.hash };
      this.#blocks.push({ ...block, batchNumber, transactions: [] });
    }
    return recordEmptyBlocks({ ...this.#open, blockHashes, inputs }, seconds.length);
  }

  /**
   * If L1's queue alone makes the order: two empty blocks before each operation but a batch's first, as many as a closing and an
   * opening would be. So a cut of the batches moves no operation to a block of another number.
   */
  async #passCut(timestamp: bigint): Promise<void> {
    if (this.#rules.isQueueAlone !== true || this.#open.canonicalTxHashes.length === 0) return;
    this.#batch = await this.#runEmpty([this.#dependencies.engine.head.timestamp, timestamp]);
  }

  async #begin({ batchNumber, timestamp, forgetsHashes = false, isProven = false }: CommandOf<"open">): Promise<Outcome> {
    if (this.#batch !== undefined) throw new TypeError(`batch ${this.#batch.number} is open already`);
    const firstBlock = this.#dependencies.engine.head.number + 1n;
    const installs = installsPredeploys(batchNumber, isProven, this.#wasProven);
    if (installs) await this.#installPredeploys(batchNumber);
    const blockHashes = await this.#hashesBefore(firstBlock, forgetsHashes);
    this.#batch = beginBatch({
      number: batchNumber,
      isProven,
      installsPredeploys: installs,
      firstBlock,
      firstTimestamp: timestamp,
      blockHashes,
      inputs: this.#dependencies.extensions.withInputs !== undefined ? NO_INPUTS : undefined,
    });
    this.#nextBatch = batchNumber + 1n;
    const opening = this.#dependencies.system.opening(batchNumber, blockHashes.since, this.#rules.coinbase);
    await this.#runSystem(opening, timestamp, "opens the batch", forgetsHashes ? InputKind.forgettingOpening : InputKind.opening);
    return {};
  }

  /** Writes the codes of the predeploys. That does not count as a cheat, because the kernel does the same. */
  async #installPredeploys(batchNumber: BatchNumber): Promise<void> {
    const { engine } = this.#dependencies;
    const address = PREDEPLOYS.SystemContext;
    if ((await engine.storageOf(PARTITION_ROOT.address, PARTITION_ROOT.slot)) !== 0n)
      throw new OrderError(
        "StatePartitioned",
        `batch ${batchNumber} has a proven version, and the state has a second tree, which no proof of execution covers: use a version without proofs of execution`,
      );
    for (const [i, predeploy] of VERSION_PREDEPLOYS.entries())
      await engine.cheat({ type: "code", address: predeploy.address, code: PREDEPLOY_CODES[i] ?? "0x" });
    await engine.cheat({ type: "storage", address, slot: INSTALLED_SLOT, value: BigInt(PREDEPLOYS_DIGEST) });
  }

  /**
   * Hashes of blocks in the state between two batches, without that of the newest block. If L1's queue alone makes the
   * order, the state never has any; the word that disables them does not count as a cheat, because the kernel writes the
   * same.
   */
  async #hashesBefore(firstBlock: bigint, forgetsHashes: boolean): Promise<BlockHashChain> {
    const { engine } = this.#dependencies;
    const { digest, since } = BLOCK_HASHES_SLOTS;
    if (this.#rules.isQueueAlone === true) {
      const address = PREDEPLOYS.SystemContext;
      if ((await engine.storageOf(address, since)) !== NO_HASHES)
        await engine.cheat({ type: "storage", address, slot: since, value: NO_HASHES });
      return emptyBlockHashes(NO_HASHES);
    }
    if (forgetsHashes) return emptyBlockHashes(firstBlock);
    return {
      digest: digestFromHex(wordToHex(await engine.storageOf(PREDEPLOYS.SystemContext, digest))),
      since: await engine.storageOf(PREDEPLOYS.SystemContext, since),
    };
  }

  /** The open batch's with the newest block's: what a block after it can ask for. */
  #hashesAfterHead(): BlockHashChain {
    const { engine, compress } = this.#dependencies;
    return foldBlockHash(this.#open.blockHashes, engine.head, compress);
  }

  /**
   * An operation of L1's queue from first to last step. The verdict comes first. Where it runs: payout, the operation itself, and
   * the conclusion that follows from its result, a block each, where there is anything in it. Where it does not: the conclusion
   * alone. All of one time.
   */
  async #operation({ operation, timestamp, runs }: CommandOf<"operation">): Promise<Outcome> {
    const { canonicalTxHash, payout, gasPriceWei = 0n } = operation;
    await this.#passCut(timestamp);
    const passed = this.#blocks.length;
    const { notRun, chargedGas } = await this.#verdict(operation, timestamp);
    if (runs !== undefined && runs !== (notRun === undefined))
      throw new OrderError(
        runs ? "OperationMustNotRun" : "OperationLeftOut",
        `operation ${canonicalTxHash} ${runs ? `ran, though it must not (${notRun})` : "was left out, though it can run"}`,
      );
    let receipt: BlockReceipt | undefined;
    const kind = (): bigint => (this.#blocks.length === passed ? InputKind.operation : InputKind.nextOfOperation);
    if (notRun === undefined) {
      await this.#runSystem(payout, timestamp, `pays out operation ${canonicalTxHash}`, kind());
      const transactions = await this.unsigned([operation.operation]);
      const environment = this.#environment(timestamp);
      const purpose = `operation ${canonicalTxHash} is`;
      const { block, refused } = await this.#run({ transactions, environment, areSafe: false, purpose }, kind());
      receipt = block.receipts[0];
      if (receipt === undefined)
        throw new OrderError(
          "SystemTransactionFailed",
          `operation ${canonicalTxHash} did not run, though it can: ${refused[0]?.reason ?? "the block is empty"}`,
        );
    }
    const success = receipt?.success ?? false;
    const outcome = { ran: receipt !== undefined, success, gasUsed: chargedGas };
    const concluded = operation.conclusion(outcome);
    const conclusion = await this.#runSystem(concluded, timestamp, `concludes operation ${canonicalTxHash}`, kind());
    const resultHash = conclusion.at(-1)?.transactionHash;
    if (resultHash === undefined)
      throw new OrderError("SystemTransactionFailed", `operation ${canonicalTxHash} has no conclusion`);
    this.#batch = recordPriorityOp(this.#open, canonicalTxHash, success);
    const { gasUsed } = outcome;
    const operationHash = receipt?.transactionHash;
    const paid = { gasPriceWei, gasUsed };
    return { operation: { canonicalTxHash, success, notRun, ...paid, operationHash, resultHash } };
  }

  /** Verdict on an operation, judged in the environment of its block before any part of it is in one. */
  async #verdict({ payout, operation }: PriorityOperation, timestamp: bigint): Promise<OperationVerdict> {
    const { engine } = this.#dependencies;
    const payoutEnvironment = this.#environment(timestamp);
    const [own] = await this.unsigned([operation]);
    if (own === undefined) throw new TypeError("an operation has a separate transaction");
    const head = { number: payoutEnvironment.number, timestamp };
    return engine.judgeOperation({
      payout: await this.unsigned(payout),
      payoutEnvironment,
      operation: own,
      environment:
        payout.length === 0
          ? payoutEnvironment
          : nextEnvironment(this.#rules, head, { timestamp, isMetered: this.#open.isProven }),
    });
  }

  /** Roots of other chains, in one block. */
  async #imports({ roots, timestamp }: CommandOf<"imports">): Promise<Outcome> {
    const { system } = this.#dependencies;
    await this.#runSystem(system.imports(roots), timestamp, "imports roots", kindOfImports(roots.length));
    const { inputs } = this.#open;
    this.#batch = { ...recordImports(this.#open, roots), inputs: inputs && roots.reduce(noteRoot, inputs) };
    return {};
  }

  async #cheat({ cheat }: CommandOf<"cheat">): Promise<Outcome> {
    const { engine } = this.#dependencies;
    this.#refuseBesideInputs("a cheat");
    const size = await engine.cheat(cheat);
    this.#batch = recordSize(recordCheat(this.#open), engine.head.number, size);
    return {};
  }

  /** A transaction that its sender did not sign, in a separate block; it counts as a cheat. */
  async #impersonation({ request, timestamp }: CommandOf<"impersonation">): Promise<Outcome> {
    this.#refuseBesideInputs("an impersonated transaction");
    const unsigned = await this.unsigned([request]);
    const transactions = unsigned.map((transaction) => ({ ...transaction, isImpersonated: true as const }));
    const environment = this.#environment(timestamp);
    const planned = { transactions, environment, areSafe: false, purpose: "is impersonated" } as const;
    const { included, refused } = await this.#run(planned, InputKind.block);
    if (included.length > 0) this.#batch = recordCheat(this.#open);
    return { refused };
  }

  /** The closing transaction, then all that the batch hands on. The outputs slot must hold what L1 will compute. */
  async #seal({ timestamp }: CommandOf<"seal">): Promise<Outcome> {
    const { system, engine, extensions } = this.#dependencies;
    const { number } = this.#environment(timestamp);
    const transactionsHash = await this.#noteClosing(timestamp);
    const installs = this.#open.installsPredeploys;
    const exported = (): BatchOutputs =>
      batchOutputs(this.#open, number, timestamp, {
        extensions: batchExtensions(extensions, { installs, transactionsHash }),
        transactionsHash,
        coinbase: this.#rules.coinbase,
      });
    const closing = system.closing(exported(), this.#hashesAfterHead());
    await this.#runSystem([closing], timestamp, "closes the batch", InputKind.closing);
    // With the messages of the closing itself, which sends the batch's lists of transfers.
    const [batch, outputs] = [this.#open, exported()];
    const { sealed, storedOutputs } = sealedFrom(batch, outputs, await engine.takeChanges());
    if (storedOutputs !== BigInt(sealed.outputsHash))
      throw new OrderError(
        "OutputsDiffer",
        `the outputs slot holds ${wordToHex(storedOutputs)}, L1 will compute ${sealed.outputsHash}`,
      );
    this.#batch = undefined;
    this.#wasProven = batch.isProven;
    return { sealed };
  }

  /**
   * Hash of all inputs of the batch, the closing one's included, which the closing finds in the state; that does not count as a
   * cheat, because the kernel does the same. Undefined on a chain that publishes none.
   */
  async #noteClosing(timestamp: bigint): Promise<Hex | undefined> {
    const { engine } = this.#dependencies;
    const { inputs } = this.#open;
    const noted = inputsAfterBlock(
      { inputs, blockHashes: this.#hashesAfterHead() },
      InputKind.closing,
      this.#environment(timestamp),
      engine.head,
    );
    if (noted === undefined) return undefined;
    await engine.cheat({ type: "storage", address: PREDEPLOYS.SystemContext, slot: INPUTS_SLOT, value: BigInt(noted) });
    return noted;
  }

  /**
   * If L1's queue alone makes the order, every block has the second of L1 when an operation was queued: the opening that of
   * the batch's first, the closing that of its last; a batch has at least one. The kernel proves no other, so no settler
   * chooses a time.
   */
  #requireQueued(command: BatchCommand): void {
    if (this.#rules.isQueueAlone !== true || command.type === "open") return;
    const { number, firstTimestamp, canonicalTxHashes } = this.#open;
    const { timestamp } = this.#dependencies.engine.head;
    const isFirst = canonicalTxHashes.length === 0;
    if (command.type === "seal" && !isFirst) return requireSecond(number, command.timestamp, timestamp);
    if (command.type !== "operation")
      throw new OrderError(
        "QueueOnly",
        `batch ${number}, whose order is L1's queue alone, has ${isFirst ? "no operation" : "operations"} before a command "${command.type}": it is made of operations`,
      );
    const second = command.operation.queued?.reserved[2];
    if (second === undefined) throw new TypeError(`operation ${command.operation.canonicalTxHash} is without L1's fields`);
    requireSecond(number, command.timestamp, second);
    if (isFirst) requireSecond(number, firstTimestamp, second);
  }

  #refuseBesideInputs(action: string): void {
    if (this.#open.inputs === undefined) return;
    throw new OrderError(
      "NotAnInput",
      `${action} in batch ${this.#open.number} is not an input that the chain publishes, so no account could repeat it`,
    );
  }

  /** The chain's own transactions, in one block of the open batch; each must succeed. Makes no block without requests. */
  async #runSystem(
    requests: readonly SystemRequest[],
    timestamp: bigint,
    purpose: string,
    kind: bigint,
  ): Promise<readonly BlockReceipt[]> {
    if (requests.length === 0) return [];
    const transactions = await this.unsigned(requests);
    const environment = this.#environment(timestamp);
    const { block, refused } = await this.#run({ transactions, environment, areSafe: false, purpose }, kind);
    const reason = refused[0]?.reason ?? (block.receipts.every(({ success }) => success) ? undefined : "it reverted");
    if (reason !== undefined)
      throw new OrderError(
        "SystemTransactionFailed",
        `block ${environment.number}: a transaction that ${purpose} failed: ${reason}`,
      );
    return block.receipts;
  }

  /** `kind`: of the block among the batch's inputs. */
  async #run(planned: PlannedBlock, kind: bigint): Promise<MineResult> {
    const { engine } = this.#dependencies;
    const { number } = planned.environment;
    const { number: batchNumber } = this.#open;
    requireInOrder(planned.environment, engine.head);
    const blockHashes = this.#hashesAfterHead();
    const noted = inputsAfterBlock({ inputs: this.#open.inputs, blockHashes }, kind, planned.environment, engine.head);
    const result = await engine.run(planned, (size) => this.#record(number, size));
    const inputs = noted && inputsAfterTransactions(noted, result.included, this.#rules.chainId);
    this.#batch = { ...extendBatch(this.#open, result.block, result.included), blockHashes, inputs };
    this.#blocks.push({ ...result.block, batchNumber, transactions: result.included });
    return result;
  }

  /** Records the engine's report of a block, perhaps while later blocks are made. */
  #record(block: bigint, size: ChangeSize): void {
    if (this.#batch?.unmeasuredBlocks.some(({ number }) => number === block) === true)
      this.#batch = recordSize(this.#batch, block, size);
  }

  #environment(timestamp: bigint): BlockEnvironment {
    return nextEnvironment(this.#rules, this.#dependencies.engine.head, { timestamp, isMetered: this.#open.isProven });
  }

  get #open(): OpenBatch {
    if (this.#batch === undefined) throw new TypeError("no batch is open");
    return this.#batch;
  }
}

/** Throws OrderError where a block is earlier than the one before it. */
function requireInOrder({ number, timestamp }: BlockEnvironment, head: Head): void {
  if (timestamp >= head.timestamp) return;
  throw new OrderError(
    "TimeRunsBackwards",
    `block ${number}: timestamp ${timestamp} is before that of the block before it, ${head.timestamp}`,
  );
}

function requireSecond(batchNumber: BatchNumber, seconds: bigint, queuedAt: bigint): void {
  if (seconds === queuedAt) return;
  throw new OrderError(
    "NotTheQueuesSecond",
    `batch ${batchNumber}: a block has second ${seconds}, and its operation was queued in second ${queuedAt} of L1`,
  );
}

/** A command without what was refused of it. */
function doneOf(command: BatchCommand, blocks: readonly SequencedBlock[], refused: readonly EngineRefusal[]): BatchCommand {
  if (refused.length === 0) return command;
  const { timestamp } = command;
  const transactions = blocks[0]?.transactions ?? [];
  return command.type === "block" ? { ...command, transactions } : { type: "block", timestamp, transactions };
}
