import type { SequencedBlock, SequencedPriorityOp } from "./sequencer/batch-builder.ts";
import { messagesOf } from "./sequencer/l1-messages.ts";
import type { Hex } from "../protocol/hex.ts";

/** Where a transaction's messages to L1 are in its batch's log tree. */
export interface LogPosition {
  readonly batchNumber: bigint;
  /** Index of its first message. */
  readonly firstIndex: number;
}

/** A priority operation with the place of its result. */
export interface IndexedPriorityOp extends SequencedPriorityOp {
  /** Index of the result among the batch's logs. */
  readonly resultIndex: number;
}

interface IndexedBlock {
  readonly number: bigint;
  readonly batchNumber: bigint;
  readonly transactions: readonly Hex[];
  readonly priorityOps: Hex[];
}

/** What readers ask of a chain beside what its engine knows: batches of blocks, places of messages, priority operations. */
export class ChainIndex {
  #blocks: IndexedBlock[] = [];
  readonly #positions = new Map<Hex, LogPosition>();
  readonly #priorityOps = new Map<Hex, IndexedPriorityOp>();
  /** Logs so far in the newest batch. */
  #logCount: { readonly batchNumber: bigint; count: number } = { batchNumber: -1n, count: 0 };

  addBlock({ environment, batchNumber, receipts }: SequencedBlock): void {
    if (this.#logCount.batchNumber !== batchNumber) this.#logCount = { batchNumber, count: 0 };
    for (const receipt of receipts) {
      const count = messagesOf(receipt).length;
      if (count > 0) this.#positions.set(receipt.transactionHash, { batchNumber, firstIndex: this.#logCount.count });
      this.#logCount.count += count;
    }
    const transactions = receipts.map(({ transactionHash }) => transactionHash);
    this.#blocks.push({ number: environment.number, batchNumber, transactions, priorityOps: [] });
  }

  /** Called right after the operation's last block. */
  addPriorityOp(operation: SequencedPriorityOp): void {
    this.#priorityOps.set(operation.canonicalTxHash, { ...operation, resultIndex: this.#logCount.count++ });
    this.#blocks.at(-1)?.priorityOps.push(operation.canonicalTxHash);
  }

  /** The batch that holds a block; undefined for the genesis and for blocks that do not exist. */
  batchOf(blockNumber: bigint): bigint | undefined {
    const first = this.#blocks[0]?.number;
    return first === undefined || blockNumber < first ? undefined : this.#blocks[Number(blockNumber - first)]?.batchNumber;
  }

  /** First and last block of a batch so far; undefined for one that has none. */
  blocksOf(batchNumber: bigint): { readonly first: bigint; readonly last: bigint } | undefined {
    const blocks = this.#blocks.filter((block) => block.batchNumber === batchNumber);
    const [first] = blocks;
    const last = blocks.at(-1);
    return first === undefined || last === undefined ? undefined : { first: first.number, last: last.number };
  }

  /** Undefined for a transaction without messages. */
  logPosition(transactionHash: Hex): LogPosition | undefined {
    return this.#positions.get(transactionHash);
  }

  /** A priority operation that was carried out, by its canonical hash. */
  priorityOp(canonicalTxHash: Hex): IndexedPriorityOp | undefined {
    return this.#priorityOps.get(canonicalTxHash);
  }

  /** Forgets all blocks after this one. `logCount` is the number of logs that its batch has at that point. */
  revertTo(blockNumber: bigint, logCount: number): void {
    const gone = this.#blocks.filter(({ number }) => number > blockNumber);
    this.#blocks = this.#blocks.filter(({ number }) => number <= blockNumber);
    for (const { transactions, priorityOps } of gone) {
      for (const hash of transactions) this.#positions.delete(hash);
      for (const hash of priorityOps) this.#priorityOps.delete(hash);
    }
    this.#logCount = { batchNumber: this.#blocks.at(-1)?.batchNumber ?? -1n, count: logCount };
  }
}
