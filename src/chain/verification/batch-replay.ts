import { Interface } from "ethers";
import type { Common } from "@ethereumjs/common";
import { createAddressFromString } from "@ethereumjs/util";
import { fromHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchOutputs } from "../../protocol/outputs.ts";
import type { L2CanonicalTransaction } from "../../protocol/priority-op.ts";
import { BOOTLOADER_ADDRESS } from "../../protocol/l2-log.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { BlockReceipt } from "../block.ts";
import { decodeTransaction } from "../decode-transaction.ts";
import { BLOCK_GAS_LIMIT } from "../execution/connection.ts";
import type { Head } from "../execution/engine.ts";
import { isHostileCode } from "../execution/hostile-code.ts";
import { LEAST_MAX_INSTRUCTIONS } from "../instruction-limits.ts";
import { carryOutImports, carryOutOperation } from "../ordering/carry-out.ts";
import type { GrowingBatch, OwnBlocks } from "../ordering/carry-out.ts";
import { prevRandaoOf } from "../prev-randao.ts";
import { fits } from "../sequencer/limits.ts";
import type { BatchLimits } from "../sequencer/limits.ts";
import { batchOutputs, beginBatch, extendBatch, recordSize, usageAfter } from "../sequencer/open-batch.ts";
import type { OpenBatch } from "../sequencer/open-batch.ts";
import type { PriorityOperation, SystemRequest, SystemTransactions } from "../system-transactions.ts";
import type { EngineTransaction, UnsignedTransaction } from "../transaction.ts";
import { changeSize } from "../witness/change-size.ts";
import type { ChangeSize } from "../witness/change-size.ts";
import type { Reexecution } from "../witness/reexecution.ts";
import type { BatchInputs, InputBlock, InputTransaction } from "./batch-inputs.ts";
import { BatchRefusal } from "./refusal.ts";

/** What a verifier knows of L1, from its own connection. */
export interface L1Facts {
  /** The operation at a place of the chain's queue; undefined where there is none. */
  operation(index: bigint): Promise<L2CanonicalTransaction | undefined>;
  /** Whether the registry of Transaction Roots has had the root at its index. */
  hasRoot(root: ImportedRoot): Promise<boolean>;
}

export interface ReplayOptions {
  readonly rules: Common;
  /** Receives all fees. */
  readonly coinbase: Hex;
  /** The block before the batch. */
  readonly head: Head;
  /** Operations that earlier batches took from the queue. */
  readonly operationsTaken: bigint;
  readonly limits: BatchLimits;
  /** Leaves of the state tree before the batch. */
  readonly leafCount: number;
}

export interface ReplayDependencies {
  readonly execution: Reexecution;
  readonly system: SystemTransactions;
  /** The steps that carry an operation out. */
  readonly carriedOut: (operation: L2CanonicalTransaction) => PriorityOperation;
  readonly l1: L1Facts;
}

/** A replayed batch; its effects are in the execution's state. */
export interface ReplayedBatch {
  readonly batch: OpenBatch;
  readonly outputs: BatchOutputs;
  readonly head: Head;
}

const abi = new Interface(["function importRoot(uint256 registryIndex, bytes32 root)"]);

/**
 * Runs a batch again from its inputs, and holds every step against the rules: blocks follow from each other, senders signed,
 * and the chain's own transactions are exactly those that opening, imports, operations and closing ask for. Rejects with
 * BatchRefusal; whatever ran until then is in the execution's state.
 *
 * Not checked: blocks' hashes, which only the execution engine can compute, and timestamps beyond their order: see `checkTime`.
 */
export async function replayBatch(inputs: BatchInputs, options: ReplayOptions, dependencies: ReplayDependencies): Promise<ReplayedBatch> {
  const replay = new Replay(inputs, options, dependencies);
  return replay.run();
}

class Replay {
  readonly #inputs: BatchInputs;
  readonly #options: ReplayOptions;
  readonly #dependencies: ReplayDependencies;
  #head: Head;
  readonly #start: number;
  #place = 0;
  #batch: OpenBatch;
  readonly #growing: GrowingBatch = { batch: () => this.#batch, replace: (batch) => void (this.#batch = batch) };

  constructor(inputs: BatchInputs, options: ReplayOptions, dependencies: ReplayDependencies) {
    this.#inputs = inputs;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#head = options.head;
    this.#start = dependencies.execution.state.mark();
    const first = this.#next("opening block").environment;
    this.#batch = beginBatch(inputs.batchNumber, first.number, first.timestamp);
  }

  async run(): Promise<ReplayedBatch> {
    const { system } = this.#dependencies;
    const { blocks, batchNumber } = this.#inputs;
    await this.#own(system.opening(batchNumber), "opens the batch");
    while (this.#place < blocks.length - 1) {
      const [first] = this.#next("block").transactions;
      if (first === undefined || first.kind === "signed") await this.#signed();
      else if (first.from === BOOTLOADER_ADDRESS && first.to === PREDEPLOYS.ImportedRoots) await this.#imports();
      else await this.#operation();
    }
    const { number, timestamp } = this.#next("closing block").environment;
    const outputs = batchOutputs(this.#batch, number, timestamp);
    const logCount = this.#batch.logs.length;
    await this.#own([system.closing(outputs)], "closes the batch");
    if (this.#batch.logs.length !== logCount) throw new BatchRefusal("OutputsMismatch", "the closing transaction sent a message");
    return { batch: this.#batch, outputs, head: this.#head };
  }

  /** The next block, which stays the next one. */
  #next(what: string): InputBlock {
    const block = this.#inputs.blocks[this.#place];
    if (block === undefined) throw new BatchRefusal("BlockMismatch", `batch ${this.#inputs.batchNumber} ends without its ${what}`);
    return block;
  }

  /** A block of transactions that somebody signed. */
  async #signed(): Promise<void> {
    const block = this.#next("block");
    const transactions = block.transactions.map((transaction) => {
      if (transaction.kind === "signed") return this.#decoded(transaction.raw);
      throw this.#mismatch(block, "one of the chain's own is among those that were signed");
    });
    await this.#execute(block, transactions);
  }

  async #imports(): Promise<void> {
    const block = this.#next("block");
    const roots = block.transactions.map((transaction) => this.#importedRoot(block, transaction));
    for (const root of roots) {
      if (await this.#dependencies.l1.hasRoot(root)) continue;
      throw new BatchRefusal("ImportedRootUnknown", `block ${block.environment.number} imports root ${root.root} as number ${root.registryIndex}, which L1's registry does not have`);
    }
    await carryOutImports(roots, this.#dependencies.system, { own: (requests, purpose) => this.#own(requests, purpose) }, this.#growing);
  }

  #importedRoot(block: InputBlock, transaction: InputTransaction): ImportedRoot {
    const call = transaction.kind === "signed" ? null : abi.parseTransaction({ data: transaction.data });
    if (call === null) throw this.#mismatch(block, "something else is among imports of roots");
    return { registryIndex: call.args["registryIndex"] as bigint, root: String(call.args["root"]).toLowerCase() as Hex };
  }

  /**
   * Payout, the operation itself unless it was left out, and its conclusion: a block each, where there is anything in it, and all
   * of one timestamp. The verdict whether it runs is taken in the environment of the block after the payout, which either runs or
   * concludes it: at another time it could be another one.
   */
  async #operation(): Promise<void> {
    const { l1, carriedOut } = this.#dependencies;
    const block = this.#next("block");
    const index = this.#options.operationsTaken + BigInt(this.#batch.canonicalTxHashes.length);
    const queued = await l1.operation(index);
    if (queued === undefined) {
      throw new BatchRefusal("OperationUnknown", `block ${block.environment.number} carries out operation ${index}, which L1's queue does not have`);
    }
    const blocks: OwnBlocks = {
      own: (requests, purpose) => this.#own(requests, purpose),
      attempt: (request) => this.#attempt(index, request),
    };
    await carryOutOperation(carriedOut(queued), blocks, this.#growing);
    if (this.#head.timestamp !== block.environment.timestamp) {
      throw new BatchRefusal("BlockMismatch", `block ${this.#head.number}: operation ${index} began at ${block.environment.timestamp} and ends at ${this.#head.timestamp}`);
    }
  }

  /** Undefined where the block is not the operation's, which may be left out here. */
  async #attempt(index: bigint, request: SystemRequest): Promise<BlockReceipt | undefined> {
    const block = this.#next(`conclusion of operation ${index}`);
    const transactions = requested(block.transactions, [request]);
    if (transactions === undefined) {
      await this.#checkLeftOut(index, request, block);
      return undefined;
    }
    const [receipt] = await this.#execute(block, transactions);
    return receipt;
  }

  /** An operation may be left out only where it cannot run: invalid, of code that no engine may run, or beyond the batch's limits. */
  async #checkLeftOut(index: bigint, operation: SystemRequest, { environment }: InputBlock): Promise<void> {
    const { execution } = this.#dependencies;
    const { limits, leafCount } = this.#options;
    const size = (): ChangeSize => changeSize(execution.state.changesSince(this.#start));
    const account = await execution.state.getAccount(createAddressFromString(operation.from));
    const transaction: EngineTransaction = { kind: "unsigned", ...operation, nonce: account?.nonce ?? 0n };
    const measured = recordSize(this.#batch, this.#head.number, size());
    const preview = await execution.preview(transaction, environment, size, { maxInstructions: LEAST_MAX_INSTRUCTIONS });
    if (preview.receipt === undefined) return;
    if ([...preview.initCodes, ...preview.runtimeCodes].some((code) => isHostileCode(fromHex(code)))) return;
    if (!fits(usageAfter(measured, preview.receipt, preview.size), limits, leafCount)) return;
    throw new BatchRefusal("OperationLeftOut", `operation ${index} was left out before block ${environment.number}, though it can run`);
  }

  /** A block of exactly these transactions of the chain's own, each of which succeeds. */
  async #own(requests: readonly SystemRequest[], purpose: string): Promise<readonly BlockReceipt[]> {
    const block = this.#next("block");
    const transactions = requested(block.transactions, requests);
    if (transactions === undefined) throw this.#mismatch(block, `it is not what ${purpose}`);
    const receipts = await this.#execute(block, transactions);
    if (!receipts.every(({ success }) => success)) throw this.#mismatch(block, `a transaction that ${purpose} failed`);
    return receipts;
  }

  async #execute(block: InputBlock, transactions: readonly EngineTransaction[]): Promise<BlockReceipt[]> {
    const { environment, hash } = block;
    this.#checkEnvironment(block);
    const { execution } = this.#dependencies;
    const receipts: BlockReceipt[] = [];
    for (const [i, transaction] of transactions.entries()) {
      try {
        receipts.push({ ...(await execution.run(transaction, environment)), transactionHash: "0x" });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new BatchRefusal("TransactionInvalid", `block ${environment.number}, transaction ${i}: ${reason}`, { cause: error });
      }
    }
    execution.rememberHash(environment.number, hash);
    this.#batch = extendBatch(this.#batch, { environment, hash, receipts }, transactions);
    this.#head = { number: environment.number, timestamp: environment.timestamp };
    this.#place++;
    return receipts;
  }

  #checkEnvironment({ environment }: InputBlock): void {
    const { number, timestamp, coinbase, gasLimit, prevRandao } = environment;
    const differ = (what: string, actual: unknown, expected: unknown): void => {
      if (actual !== expected) throw new BatchRefusal("BlockMismatch", `block ${number}: ${what} is ${String(actual)}, not ${String(expected)}`);
    };
    differ("number", number, this.#head.number + 1n);
    differ("coinbase", coinbase, this.#options.coinbase);
    differ("gas limit", gasLimit, BLOCK_GAS_LIMIT);
    differ("prevRandao", prevRandao, prevRandaoOf(BigInt(this.#options.rules.chainId()), number));
    if (timestamp < this.#head.timestamp) {
      throw new BatchRefusal("BlockMismatch", `block ${number}: timestamp ${timestamp} is before that of the block before it, ${this.#head.timestamp}`);
    }
  }

  /** The sender is recovered here: nobody's word is taken for it. */
  #decoded(raw: Hex): EngineTransaction {
    try {
      return decodeTransaction(raw, this.#options.rules);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BatchRefusal("TransactionInvalid", `block ${this.#head.number + 1n}: ${reason}`, { cause: error });
    }
  }

  #mismatch({ environment }: InputBlock, reason: string): BatchRefusal {
    return new BatchRefusal("SystemTransactionMismatch", `block ${environment.number}: ${reason}`);
  }
}

/** What the rules ask for here, with the nonces of what is shown; undefined where something else is shown. */
function requested(shown: readonly InputTransaction[], requests: readonly SystemRequest[]): EngineTransaction[] | undefined {
  if (shown.length !== requests.length) return undefined;
  const transactions: EngineTransaction[] = [];
  for (const [i, request] of requests.entries()) {
    const transaction = shown[i];
    if (transaction?.kind !== "unsigned" || !isRequest(transaction, request)) return undefined;
    transactions.push({ kind: "unsigned", ...request, nonce: transaction.nonce });
  }
  return transactions;
}

function isRequest(transaction: UnsignedTransaction, { from, to, valueWei, data, gasLimit }: SystemRequest): boolean {
  return (
    transaction.from === from &&
    transaction.to === to &&
    transaction.valueWei === valueWei &&
    transaction.data === data &&
    transaction.gasLimit === gasLimit
  );
}
