import type { IndexedChain } from "../index/chain-index.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { PlaceError } from "./place-error.ts";
import type { BlockIdentity } from "./place.ts";

/** Blocks up to a checkpoint, and the index of the chain's blocks, which are the last. */
interface BlockColumns {
  readonly blocks: readonly BlockIdentity[];
  readonly index: IndexedChain["blocks"];
}

const [HASH_BYTES, NUMBER_BYTES] = [32, 4];
/** Numbers before the columns. */
const HEADER = ["blocks", "indexed blocks", "transactions"] as const;

/**
 * Writes the names and the index of blocks, column by column: a start reads some 100 bytes a block and parses no JSON. Throws
 * PlaceError if the index lacks a block, or names other transactions than the block.
 */
export function encodeBlocks({ blocks, index }: BlockColumns): Uint8Array {
  const first = blocks.length - index.length;
  for (const [i, { number, transactions }] of index.entries())
    if (number !== BigInt(first + i) || String(transactions) !== String(blocks[first + i]?.transactions))
      throw new PlaceError("Differs", `its index lacks blocks, or names other transactions than block ${first + i} has`);
  const transactions = blocks.flatMap((block) => block.transactions);
  return Buffer.concat([
    numberColumn([blocks.length, index.length, transactions.length]),
    hashColumn(blocks.map(({ hash }) => hash)),
    hashColumn(blocks.map(({ textHash }) => textHash)),
    numberColumn(blocks.map((block) => block.transactions.length)),
    hashColumn(transactions),
    numberColumn(index.map(({ batchNumber }) => Number(batchNumber))),
    numberColumn(index.map(({ signedCount }) => signedCount)),
    numberColumn(index.map(({ logs }) => logs.count)),
    numberColumn(index.map(({ logs }) => logs.dataCharacters)),
    numberColumn(index.map(({ priorityOps }) => priorityOps.length)),
    hashColumn(index.flatMap(({ priorityOps }) => priorityOps)),
  ]);
}

/** Inverse of `encodeBlocks`. The bytes may be forged. Throws PlaceError unless they are exactly the columns that they name. */
export function decodeBlocks(bytes: Uint8Array): BlockColumns {
  const columns = new ColumnReader(bytes);
  const [count = 0, indexed = 0, transactionCount = 0] = columns.numbers(HEADER.length);
  if (indexed > count) throw new PlaceError("Damaged", `its blocks are ${count}, and its index has ${indexed}`);
  const [hashes, textHashes] = [columns.hashes(count), columns.hashes(count)];
  const transactions = runsOf(columns.numbers(count), columns.hashes(transactionCount));
  const blocks = hashes.map((hash, i): BlockIdentity => {
    return { hash, textHash: textHashes[i] ?? hash, transactions: transactions[i] ?? [] };
  });
  const [batches, signed] = [columns.numbers(indexed), columns.numbers(indexed)];
  const [logCounts, logCharacters] = [columns.numbers(indexed), columns.numbers(indexed)];
  const operationCounts = columns.numbers(indexed);
  const operations = runsOf(operationCounts, columns.hashes(operationCounts.reduce((sum, each) => sum + each, 0)));
  columns.end();
  const first = count - indexed;
  const index = Array.from(batches, (batchNumber, i): IndexedChain["blocks"][number] => ({
    number: BigInt(first + i),
    batchNumber: BigInt(batchNumber),
    transactions: blocks[first + i]?.transactions ?? [],
    priorityOps: operations[i] ?? [],
    signedCount: signed[i] ?? 0,
    logs: { count: logCounts[i] ?? 0, dataCharacters: logCharacters[i] ?? 0 },
  }));
  return { blocks, index };
}

/** Splits hashes into lists of the given lengths. Throws PlaceError if the lengths do not add up to their number. */
function runsOf(lengths: Uint32Array, hashes: readonly Hex[]): readonly Hex[][] {
  let at = 0;
  const runs = Array.from(lengths, (length) => hashes.slice(at, (at += length)));
  if (at === hashes.length) return runs;
  throw new PlaceError("Damaged", `its blocks have ${at} transactions, and ${hashes.length} are named`);
}

function numberColumn(numbers: readonly number[]): Uint8Array {
  const column = new DataView(new ArrayBuffer(numbers.length * NUMBER_BYTES));
  for (const [i, number] of numbers.entries()) {
    if (number >= 2 ** 32) throw new RangeError(`${number} has no room in a column of a checkpoint`);
    column.setUint32(i * NUMBER_BYTES, number, true);
  }
  return new Uint8Array(column.buffer);
}

function hashColumn(hashes: readonly Hex[]): Uint8Array {
  const column = Buffer.alloc(hashes.length * HASH_BYTES);
  for (const [i, hash] of hashes.entries()) column.write(hash.slice(2), i * HASH_BYTES, "hex");
  return column;
}

/** Reads columns in sequence. */
class ColumnReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
  }

  numbers(count: number): Uint32Array {
    const from = this.#take(count * NUMBER_BYTES);
    return Uint32Array.from({ length: count }, (_, i) => this.#bytes.readUInt32LE(from + i * NUMBER_BYTES));
  }

  hashes(count: number): readonly Hex[] {
    const from = this.#take(count * HASH_BYTES);
    return Array.from({ length: count }, (_, i): Hex => {
      const at = from + i * HASH_BYTES;
      return `0x${this.#bytes.toString("hex", at, at + HASH_BYTES)}`;
    });
  }

  end(): void {
    const rest = this.#bytes.length - this.#at;
    if (rest > 0) throw new PlaceError("Damaged", `its blocks cannot be read: ${rest} bytes follow`);
  }

  /** Start of the next bytes, which are then read. */
  #take(length: number): number {
    const from = this.#at;
    this.#at += length;
    if (this.#at <= this.#bytes.length) return from;
    throw new PlaceError("Damaged", `its blocks cannot be read: they end after ${this.#bytes.length} bytes`);
  }
}
