import { digestOf } from "../core/digest-of.ts";
import type { Follower } from "../core/follower.ts";
import type { BlockLog } from "../model/block.ts";
import { isEip712Transaction, type Eip712Transaction } from "../../ground/transaction/eip712-transaction.ts";
import { isUsers } from "../../ground/transaction/transaction.ts";
import type { CommandResult, SequencedBlock, SequencedPriorityOp } from "../ordering/batch-reducer.ts";
import { messagesOf } from "../model/l1-messages.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, BlockNumber, OperationHash } from "../../ground/protocol/ids.ts";

/** Position of a transaction's messages to L1 in its batch's log tree. */
interface LogPosition {
  readonly batchNumber: BatchNumber;
  /** Index of its first message. */
  readonly firstIndex: number;
}

/** A priority operation with the place of its result. */
export interface IndexedPriorityOp extends SequencedPriorityOp {
  /** Index of the result among the batch's logs. */
  readonly resultIndex: number;
}

/** A transaction of type 0x71, which has another hash in the engine. */
interface IndexedEip712 {
  readonly engineHash: Hex;
  readonly transaction: Eip712Transaction;
}

/** Size of a block's logs. */
interface LogVolume {
  readonly count: number;
  /** Hexadecimal characters of their data. */
  readonly dataCharacters: number;
}

const NO_LOGS: LogVolume = { count: 0, dataCharacters: 0 };

interface IndexedBlock {
  readonly number: bigint;
  readonly batchNumber: BatchNumber;
  readonly transactions: readonly Hex[];
  readonly priorityOps: Hex[];
  /** Transactions of users: signed, or sent in the name of an impersonated account. */
  readonly signedCount: number;
  readonly logs: LogVolume;
}

/** Listener of blocks; an error that it throws is the chain's fault. */
type BlockListener = (blockNumber: BlockNumber, block: SequencedBlock) => void;

/** Mark of an index. */
interface IndexMark {
  /** Number of the newest block; undefined before the first. */
  readonly head: BlockNumber | undefined;
  /** Logs of its batch so far. */
  readonly logCount: number;
}

/** All that an index knows, as plain data. */
export interface IndexedChain {
  readonly blocks: readonly IndexedBlock[];
  readonly positions: ReadonlyMap<Hex, LogPosition>;
  readonly priorityOps: ReadonlyMap<Hex, IndexedPriorityOp>;
  readonly eip712: ReadonlyMap<Hex, IndexedEip712>;
  readonly publicHashes: ReadonlyMap<Hex, Hex>;
}

/**
 * Data about a chain that its engine lacks: batches of blocks, positions of messages, and the transactions whose hash for
 * users differs from the engine's, which are those of type 0x71 and priority operations.
 */
export class ChainIndex implements Follower<CommandResult, IndexMark> {
  readonly name = "index";
  #blocks: IndexedBlock[];
  readonly #positions: Map<Hex, LogPosition>;
  readonly #priorityOps: Map<Hex, IndexedPriorityOp>;
  readonly #eip712: Map<Hex, IndexedEip712>;
  /** Users' hashes by the engine's, where they differ. */
  readonly #publicHashes: Map<Hex, Hex>;
  readonly #listeners = new Set<BlockListener>();
  readonly #returnListeners = new Set<() => void>();
  /** Logs so far in the newest batch. */
  #logCount: { readonly batchNumber: BatchNumber; count: number } = { batchNumber: -1n, count: 0 };

  /** Empty, or with what another knew between two batches. */
  constructor(contents?: IndexedChain) {
    this.#blocks = [...(contents?.blocks ?? [])];
    this.#positions = new Map(contents?.positions);
    this.#priorityOps = new Map(contents?.priorityOps);
    this.#eip712 = new Map(contents?.eip712);
    this.#publicHashes = new Map(contents?.publicHashes);
  }

  /** Contents of the index; not to be changed, and valid until the index changes. */
  get contents(): IndexedChain {
    return {
      blocks: this.#blocks,
      positions: this.#positions,
      priorityOps: this.#priorityOps,
      eip712: this.#eip712,
      publicHashes: this.#publicHashes,
    };
  }

  on({ blocks, operation }: CommandResult): void {
    for (const block of blocks) this.#addBlock(block);
    if (operation !== undefined) this.#addPriorityOp(operation);
    for (const block of blocks) for (const listener of this.#listeners) listener(block.environment.number, block);
  }

  mark(): IndexMark {
    return { head: this.head, logCount: this.#logCount.count };
  }

  /** Forgets all blocks after the mark's. */
  returnTo({ head = -1n, logCount }: IndexMark): void {
    const gone = this.#blocks.filter(({ number }) => number > head);
    this.#blocks = this.#blocks.filter(({ number }) => number <= head);
    for (const { transactions, priorityOps } of gone) {
      for (const hash of transactions) {
        this.#eip712.delete(this.publicHash(hash));
        this.#positions.delete(hash);
        this.#publicHashes.delete(hash);
      }
      for (const hash of priorityOps) this.#priorityOps.delete(hash);
    }
    this.#logCount = { batchNumber: this.#blocks.at(-1)?.batchNumber ?? -1n, count: logCount };
    for (const listener of this.#returnListeners) listener();
  }

  digest(): Hex {
    return digestOf([this.contents, this.#logCount]);
  }

  #addBlock({ environment, batchNumber, receipts, transactions: included }: SequencedBlock): void {
    if (this.#logCount.batchNumber !== batchNumber) this.#logCount = { batchNumber, count: 0 };
    for (const receipt of receipts) {
      const count = messagesOf(receipt).length;
      if (count > 0) this.#positions.set(receipt.transactionHash, { batchNumber, firstIndex: this.#logCount.count });
      this.#logCount.count += count;
    }
    const transactions = receipts.map(({ transactionHash }) => transactionHash);
    for (const [i, engineHash] of transactions.entries()) {
      const transaction = included[i];
      if (transaction === undefined) continue;
      if (transaction.kind === "unsigned" && transaction.canonicalTxHash !== undefined)
        this.#publicHashes.set(engineHash, transaction.canonicalTxHash);
      if (!isEip712Transaction(transaction)) continue;
      this.#eip712.set(transaction.hash, { engineHash, transaction });
      this.#publicHashes.set(engineHash, transaction.hash);
    }
    const signedCount = included.filter(isUsers).length;
    const logs = volumeOf(receipts.flatMap(({ logs: ofOne }) => ofOne));
    this.#blocks.push({ number: environment.number, batchNumber, transactions, priorityOps: [], signedCount, logs });
  }

  /** Adds a priority operation, whose last block is the newest. */
  #addPriorityOp(operation: SequencedPriorityOp): void {
    this.#publicHashes.set(operation.operationHash ?? operation.resultHash, operation.canonicalTxHash);
    this.#priorityOps.set(operation.canonicalTxHash, { ...operation, resultIndex: this.#logCount.count++ });
    this.#blocks.at(-1)?.priorityOps.push(operation.canonicalTxHash);
  }

  /** The newest block that readers may be told of: all that is known about it is here. Undefined before the first. */
  get head(): bigint | undefined {
    return this.#blocks.at(-1)?.number;
  }

  /** The first block that this process made. */
  get firstBlock(): bigint | undefined {
    return this.#blocks[0]?.number;
  }

  /** Calls back with each new block, when its transactions are known; returns the function that ends it. */
  onBlock(listener: BlockListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when the chain has returned to an earlier block; returns the function that ends it. */
  onReturn(listener: () => void): () => void {
    this.#returnListeners.add(listener);
    return () => this.#returnListeners.delete(listener);
  }

  /** The batch that holds a block; undefined for the genesis and for blocks that do not exist. */
  batchOf(blockNumber: BlockNumber): bigint | undefined {
    return this.#block(blockNumber)?.batchNumber;
  }

  /** Numbers of a block's priority operations and of its users' transactions. The rest is the chain's own. */
  countsOf(blockNumber: BlockNumber): { readonly priorityOps: number; readonly signed: number } {
    const { transactions = [], signedCount = 0 } = this.#block(blockNumber) ?? {};
    const priorityOps = transactions.filter((hash) => this.#priorityOps.has(this.publicHash(hash))).length;
    return { priorityOps, signed: signedCount };
  }

  /** The volume of a block's logs: none where this process did not make the block. */
  logVolume(blockNumber: BlockNumber): LogVolume {
    return this.#block(blockNumber)?.logs ?? NO_LOGS;
  }

  /** First and last block of a batch so far; undefined for one that has none. */
  blocksOf(batchNumber: BatchNumber): { readonly first: bigint; readonly last: bigint } | undefined {
    const blocks = this.#blocks.filter((block) => block.batchNumber === batchNumber);
    const [first] = blocks;
    const last = blocks.at(-1);
    return first === undefined || last === undefined ? undefined : { first: first.number, last: last.number };
  }

  /** Undefined for a transaction without messages. */
  logPosition(transactionHash: Hex): LogPosition | undefined {
    return this.#positions.get(transactionHash);
  }

  /** An executed priority operation, by its canonical hash. */
  priorityOp(canonicalTxHash: OperationHash): IndexedPriorityOp | undefined {
    return this.#priorityOps.get(canonicalTxHash);
  }

  /** A transaction of type 0x71 that is in a block, by the hash under which its sender knows it. */
  eip712(hash: Hex): IndexedEip712 | undefined {
    return this.#eip712.get(hash);
  }

  /** The hash under which users know one of the engine's transactions. */
  publicHash(engineHash: Hex): Hex {
    return this.#publicHashes.get(engineHash) ?? engineHash;
  }

  /** The engine's hash of a transaction that users know under this one. */
  engineHash(publicHash: Hex): Hex {
    const operation = this.#priorityOps.get(publicHash);
    return operation?.operationHash ?? operation?.resultHash ?? this.#eip712.get(publicHash)?.engineHash ?? publicHash;
  }

  #block(number: bigint): IndexedBlock | undefined {
    const first = this.#blocks[0]?.number;
    return first === undefined || number < first ? undefined : this.#blocks[Number(number - first)];
  }
}

function volumeOf(logs: readonly BlockLog[]): LogVolume {
  return logs.length === 0
    ? NO_LOGS
    : { count: logs.length, dataCharacters: logs.reduce((sum, { data }) => sum + data.length, 0) };
}
