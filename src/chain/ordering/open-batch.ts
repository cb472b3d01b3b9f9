import type { BlockEnvironment, BlockReceipt, MinedBlock, NamedHead } from "../model/block.ts";
import { recordOfTransaction } from "../../ground/transaction/recorded-transaction.ts";
import { isUsers, type EngineTransaction } from "../../ground/transaction/transaction.ts";
import { ASSET_MESSAGE_BYTES } from "../../ground/protocol/asset-message.ts";
import type { BlockHashChain } from "../../ground/protocol/block-hashes.ts";
import type { ChangeSize } from "../witness/change-size.ts";
import { wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { transactionInput } from "../../ground/protocol/input-records.ts";
import { noteBlock, noteTransaction } from "../../ground/protocol/noted-inputs.ts";
import type { ChainId, OperationHash } from "../../ground/protocol/ids.ts";
import { l2LogTreeRoot } from "../../ground/protocol/l2-log.ts";
import type { BatchOutputs } from "../../ground/protocol/outputs.ts";
import { pubdataLogLeaves, type PubdataLog } from "../../ground/protocol/pubdata.ts";
import { importedRootsRollingHash, priorityOpsRollingHash, type ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import { messagesOf } from "../model/l1-messages.ts";
import { waitingLists } from "../model/waiting-lists.ts";
import type { Preview } from "../witness/reexecution.ts";
import { blockInputBytes, RECORD_SIZES, STEP_SIZES, type InputSizes } from "./input-sizes.ts";
import { addUnmeasured, NO_TRANSACTIONS, NO_USAGE, withImports, type BatchUsage, type Unmeasured } from "./limits.ts";

/** A block that the witness has not measured yet. */
interface UnmeasuredBlock extends Unmeasured {
  readonly number: bigint;
}

/** The sequencer's record of a growing batch. Immutable: each block yields the next one. */
export interface OpenBatch {
  readonly number: bigint;
  /** True if its version is a proven one: its transactions pay for their proof. */
  readonly isProven: boolean;
  /** True if its opening installed the predeploys. */
  readonly installsPredeploys: boolean;
  readonly firstBlock: bigint;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  /** Hashes of the blocks before its newest one, or before its first one. */
  readonly blockHashes: BlockHashChain;
  /** Hash of the inputs so far (`noted-inputs.ts`); undefined if its outputs have no such hash. */
  readonly inputs: Hex | undefined;
  readonly logs: readonly PubdataLog[];
  readonly canonicalTxHashes: readonly Hex[];
  readonly importedRoots: readonly ImportedRoot[];
  readonly cheatCount: bigint;
  /** Transactions other than the sequencer's own. */
  readonly transactionCount: number;
  /** Blocks that a user's transactions or a request to mine made. */
  readonly minedBlocks: number;
  readonly usage: BatchUsage;
  /** Parts of the sum `usage.unmeasured`; ascending. */
  readonly unmeasuredBlocks: readonly UnmeasuredBlock[];
}

/** A batch that begins with the given block; nothing of it is made yet. */
export function beginBatch(
  begin: Pick<
    OpenBatch,
    "number" | "isProven" | "installsPredeploys" | "firstBlock" | "firstTimestamp" | "blockHashes" | "inputs"
  >,
): OpenBatch {
  return {
    ...begin,
    logs: [],
    canonicalTxHashes: [],
    importedRoots: [],
    cheatCount: 0n,
    transactionCount: 0,
    minedBlocks: 0,
    usage: NO_USAGE,
    unmeasuredBlocks: [],
  };
}

/** Whether the batch holds more than its own opening. */
export function hasContent(batch: OpenBatch | undefined): boolean {
  if (batch === undefined) return false;
  return batch.transactionCount + batch.logs.length + batch.importedRoots.length > 0 || batch.cheatCount > 0n;
}

/** Roots that an open batch may hold before it is sealed like any other, so that its later transactions find room. */
const MAX_WAITING_IMPORTS = 64;

/** True if an account waits for the batch: it holds more than its opening and a few roots of other chains. */
export function isAwaited(batch: OpenBatch | undefined): boolean {
  if (batch === undefined) return false;
  const { transactionCount, minedBlocks, logs, cheatCount, importedRoots } = batch;
  return transactionCount + minedBlocks + logs.length > 0 || cheatCount > 0n || importedRoots.length >= MAX_WAITING_IMPORTS;
}

/** The batch with one more block of these transactions, one for each receipt. */
export function extendBatch(
  batch: OpenBatch,
  { environment, receipts }: MinedBlock,
  transactions: readonly EngineTransaction[],
): OpenBatch {
  const messages = receipts.flatMap(messagesOf);
  const { usage } = batch;
  const spent = receipts.reduce((sum, receipt, i) => sum + mostSpent(receipt, transactions[i]), 0n);
  const unmeasured = { transactions: receipts.length, gas: spent };
  return {
    ...batch,
    unmeasuredBlocks: [...batch.unmeasuredBlocks, { number: environment.number, ...unmeasured }],
    logs: messages.length === 0 ? batch.logs : [...batch.logs, ...messages],
    transactionCount: batch.transactionCount + transactions.filter(isUsers).length,
    usage: {
      ...usage,
      ...withMessages(usage, receipts),
      gas: receipts.reduce((sum, { gasUsed }) => sum + gasUsed, usage.gas),
      inputBytes: usage.inputBytes + blockInputBytes(transactions.flatMap(rawOf), sizesOf(batch)),
      unmeasured: addUnmeasured(usage.unmeasured, unmeasured),
    },
  };
}

/** A list's message counts from its opening on: the closing must find room for it. */
function withMessages(usage: BatchUsage, receipts: readonly BlockReceipt[]): Pick<BatchUsage, "messages" | "messageBytes"> {
  const bodies = receipts.flatMap(messagesOf).map(({ body }) => body.length);
  const lists = receipts.reduce((sum, receipt) => sum + waitingLists(receipt), 0);
  return {
    messages: usage.messages + bodies.length + lists,
    messageBytes: bodies.reduce((sum, length) => sum + length, usage.messageBytes + lists * ASSET_MESSAGE_BYTES),
  };
}

/** Gas that a transaction can have spent before its refund, which is a fifth of that at most (EIP-3529). */
function mostSpent({ gasUsed }: BlockReceipt, transaction: EngineTransaction | undefined): bigint {
  const spent = (gasUsed * 5n + 3n) / 4n;
  return transaction !== undefined && transaction.gasLimit < spent ? transaction.gasLimit : spent;
}

function rawOf(transaction: EngineTransaction): readonly Hex[] {
  return transaction.kind === "signed" ? [transaction.raw] : [];
}

/** Batch after the given number of blocks that were mined on request. */
export function recordMined(batch: OpenBatch, count: number): OpenBatch {
  return { ...batch, minedBlocks: batch.minedBlocks + count };
}

/** Batch after a command of blocks without transactions. */
export function recordEmptyBlocks(batch: OpenBatch, count: number): OpenBatch {
  const { usage } = batch;
  const { block, countsEmptyBlocks } = sizesOf(batch);
  return { ...batch, usage: { ...usage, inputBytes: usage.inputBytes + block * (countsEmptyBlocks ? count : 1) } };
}

/** Sizes of the batch's inputs, by their form: records if a proof exports their hash. */
function sizesOf({ inputs }: Pick<OpenBatch, "inputs">): InputSizes {
  return inputs === undefined ? STEP_SIZES : RECORD_SIZES;
}

/** The batch after a state cheat. */
export function recordCheat(batch: OpenBatch): OpenBatch {
  return { ...batch, cheatCount: batch.cheatCount + 1n };
}

/** The batch after the witness has measured its blocks up to this one. */
export function recordSize(batch: OpenBatch, block: bigint, size: ChangeSize): OpenBatch {
  const unmeasuredBlocks = batch.unmeasuredBlocks.filter(({ number }) => number > block);
  const unmeasured = unmeasuredBlocks.reduce<Unmeasured>(addUnmeasured, NO_TRANSACTIONS);
  return { ...batch, unmeasuredBlocks, usage: { ...batch.usage, ...size, unmeasured } };
}

/** The batch after a priority operation's result is logged. */
export function recordPriorityOp(batch: OpenBatch, canonicalTxHash: OperationHash, success: boolean): OpenBatch {
  return {
    ...batch,
    logs: [...batch.logs, { type: "priorityOp", success }],
    canonicalTxHashes: [...batch.canonicalTxHashes, canonicalTxHash],
    usage: { ...batch.usage, priorityOps: batch.usage.priorityOps + 1 },
  };
}

/** The batch after these roots are imported. */
export function recordImports(batch: OpenBatch, roots: readonly ImportedRoot[]): OpenBatch {
  const inputBytes = batch.usage.inputBytes + sizesOf(batch).root * roots.length;
  const usage = { ...withImports(batch.usage, roots), inputBytes };
  return { ...batch, importedRoots: [...batch.importedRoots, ...roots], usage };
}

/** The batch's usage once a transaction has done what its preview says. The batch must have been measured. */
export function usageAfter(
  { usage, inputs }: OpenBatch,
  {
    receipt,
    size,
    signed,
  }: Pick<Preview, "size"> & {
    readonly receipt: Omit<BlockReceipt, "transactionHash">;
    readonly signed: readonly Hex[];
  },
): BatchUsage {
  return {
    ...usage,
    ...size,
    ...withMessages(usage, [{ ...receipt, transactionHash: "0x" }]),
    gas: usage.gas + receipt.gasUsed,
    inputBytes: usage.inputBytes + blockInputBytes(signed, sizesOf({ inputs })),
  };
}

/** Usage of a batch with one transaction and nothing else, its changes left out. `signed`: its bytes. */
export function leastUsage(receipt: Omit<BlockReceipt, "transactionHash">, signed: Hex, sizes: InputSizes): BatchUsage {
  return {
    ...NO_USAGE,
    ...withMessages(NO_USAGE, [{ ...receipt, transactionHash: "0x" }]),
    gas: receipt.gasUsed,
    inputBytes: blockInputBytes([signed], sizes),
  };
}

/** Contents of a batch that its outputs export. */
type ExportedBatch = Pick<
  OpenBatch,
  "number" | "firstBlock" | "firstTimestamp" | "logs" | "canonicalTxHashes" | "importedRoots" | "cheatCount"
>;

/** Inputs of a batch after one more block, whose parent is the head; undefined if its outputs have no hash of them. */
export function inputsAfterBlock(
  { inputs, blockHashes: { since } }: Pick<OpenBatch, "inputs" | "blockHashes">,
  kind: bigint,
  { timestamp }: Pick<BlockEnvironment, "timestamp">,
  head: NamedHead,
): Hex | undefined {
  const parentHash = head.number < since ? wordToHex(0n) : head.hash;
  return inputs && noteBlock(inputs, { kind, timestamp, parentHash });
}

/** Inputs of a batch after transactions of its newest block. */
export function inputsAfterTransactions(inputs: Hex, transactions: readonly EngineTransaction[], chainId: ChainId): Hex {
  const note = (before: Hex, raw: Hex): Hex => noteTransaction(before, transactionInput(recordOfTransaction(raw, chainId)));
  return transactions.flatMap(rawOf).reduce(note, inputs);
}

/** Outputs of a batch from its chain's own data. */
interface ChainOutputs {
  readonly extensions: Hex;
  /** Hash of its inputs as `extensions` has it. */
  readonly transactionsHash?: Hex | undefined;
  /** Coinbase of all of its blocks. */
  readonly coinbase: Hex;
}

/** Outputs of the batch if the given block is its last. */
export function batchOutputs(
  batch: ExportedBatch,
  lastBlock: bigint,
  lastTimestamp: bigint,
  { extensions, transactionsHash, coinbase }: ChainOutputs,
): BatchOutputs {
  const { number, firstBlock, firstTimestamp, logs, canonicalTxHashes, importedRoots, cheatCount } = batch;
  const outputs: BatchOutputs = {
    batchNumber: number,
    firstBlock,
    lastBlock,
    firstTimestamp,
    lastTimestamp,
    l2LogsTreeRoot: l2LogTreeRoot(pubdataLogLeaves(logs, canonicalTxHashes)),
    logCount: BigInt(logs.length),
    priorityOpCount: BigInt(canonicalTxHashes.length),
    priorityOpsRollingHash: priorityOpsRollingHash(canonicalTxHashes),
    importedRootCount: BigInt(importedRoots.length),
    importedRootsRollingHash: importedRootsRollingHash(importedRoots),
    cheatCount,
    extensions,
    coinbase,
  };
  return transactionsHash === undefined ? outputs : { ...outputs, transactionsHash };
}
