import { createHash } from "node:crypto";
import { hexQuantity, type Hex } from "../../ground/protocol/hex.ts";
import type { EarlierBlocks, LogTest, FullBlock } from "../index/block-store.ts";
import type { ShownFields } from "../../ground/transaction/shown-transaction.ts";
import { PlaceError } from "./place-error.ts";
import type { BlockNames, BlockIdentity, BlockText } from "./place.ts";

/** Whom blocks are asked of: JSON-RPC. */
interface Asked {
  request(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** Blocks whose logs are remembered, and how many logs one of them may have. */
const [REMEMBERED_BLOCKS, REMEMBERED_LOGS] = [2_000, 64];
/** Blocks that are read side by side. */
const AT_A_TIME = 32;

/** Hashes of a stored block and its transactions. */
export function namesOf(text: BlockText): BlockNames {
  const { block } = JSON.parse(text) as FullBlock;
  return { hash: block["hash"] as Hex, transactions: block.transactions.map(({ hash }) => hash as Hex) };
}

/** Names of a stored block, with the hash of its text. */
export function identityOf(text: BlockText): BlockIdentity {
  return { ...namesOf(text), textHash: textHashOf(text) };
}

function textHashOf(text: BlockText): Hex {
  return `0x${createHash("sha256").update(text).digest("hex")}`;
}

/** Blocks as the engine tells of them, to be kept. */
export async function* tellBlocks(engine: Asked, first: bigint, last: bigint): AsyncGenerator<BlockText> {
  for (let from = first; from <= last; from += BigInt(AT_A_TIME)) {
    const count = last - from + 1n < AT_A_TIME ? Number(last - from) + 1 : AT_A_TIME;
    yield* await Promise.all(Array.from({ length: count }, (_, i) => tellBlock(engine, from + BigInt(i))));
  }
}

async function tellBlock(engine: Asked, number: bigint): Promise<BlockText> {
  const block = (await engine.request("eth_getBlockByNumber", [hexQuantity(number), true])) as FullBlock["block"];
  const receipts = await Promise.all(
    block.transactions.map(({ hash }) => engine.request("eth_getTransactionReceipt", [hash]) as Promise<ShownFields>),
  );
  return JSON.stringify({ block, receipts } satisfies FullBlock);
}

/** Position of a transaction. */
interface Position {
  readonly block: number;
  readonly index: number;
}

/** A filter of `eth_getLogs` as the chain's readers give it to the engine. */
interface LogFilter {
  readonly address?: Hex | readonly Hex[];
  readonly topics?: readonly (Hex | readonly Hex[] | null)[];
}

/**
 * The blocks before a checkpoint. Their numbers and their transactions' are loaded at the start; the rest is read on
 * request.
 */
export class PastBlocks implements EarlierBlocks {
  readonly last: bigint;
  readonly #names: readonly (BlockNames | BlockIdentity)[];
  readonly #text: (number: number) => BlockText | undefined;
  readonly #numbers = new Map<string, number>();
  readonly #positions = new Map<string, Position>();
  readonly #logs = new Map<number, readonly ShownFields[]>();

  /** `blocks`: hash and transactions of each, from block 0 on; a text must have its block's `textHash`, if it has one. */
  constructor(blocks: readonly (BlockNames | BlockIdentity)[], text: (number: number) => BlockText | undefined) {
    this.last = BigInt(blocks.length - 1);
    this.#names = blocks;
    this.#text = text;
    for (const [number, { hash, transactions }] of blocks.entries()) {
      this.#numbers.set(hash, number);
      for (const [index, transaction] of transactions.entries()) this.#positions.set(transaction, { block: number, index });
    }
  }

  /** With hashes of transactions, or whole ones. Undefined for another block. */
  block(number: number, isFull: boolean): ShownFields | undefined {
    const told = this.#readBlock(number);
    if (told === undefined || isFull) return told?.block;
    return { ...told.block, transactions: told.block.transactions.map(({ hash }) => hash) };
  }

  /** The whole of it. Undefined for another block. */
  withReceipts(number: number): FullBlock | undefined {
    return this.#readBlock(number);
  }

  numberOf(hash: unknown): number | undefined {
    return typeof hash === "string" ? this.#numbers.get(hash.toLowerCase()) : undefined;
  }

  transaction(hash: unknown): ShownFields | undefined {
    const position = this.position(hash);
    return position === undefined ? undefined : this.#readBlock(position.block)?.block.transactions[position.index];
  }

  receipt(hash: unknown): ShownFields | undefined {
    const position = this.position(hash);
    return position === undefined ? undefined : this.#readBlock(position.block)?.receipts[position.index];
  }

  /** In order. */
  logs(first: number, last: number, isWanted: LogTest): ShownFields[] {
    const found: ShownFields[] = [];
    for (let number = first; number <= Math.min(last, Number(this.last)); number++)
      for (const log of this.#logsOf(number)) if (isWanted(log as unknown as Parameters<LogTest>[0])) found.push(log);
    return found;
  }

  /** Logs of a block, which may be megabytes for each time that it is read. */
  #logsOf(number: number): readonly ShownFields[] {
    const known = this.#logs.get(number);
    if (known !== undefined) return known;
    const logs = (this.#readBlock(number)?.receipts ?? []).flatMap((receipt) => receipt["logs"] as readonly ShownFields[]);
    if (this.#logs.size < REMEMBERED_BLOCKS && logs.length <= REMEMBERED_LOGS) this.#logs.set(number, logs);
    return logs;
  }

  /** Logs of a filter that names blocks by number or hash; undefined for other filters. */
  filtered(filter: ShownFields): ShownFields[] | undefined {
    const { blockHash, fromBlock, toBlock } = filter;
    const one = this.numberOf(blockHash);
    const isWanted: LogTest = (log) => matches(log, filter);
    if (one !== undefined) return this.logs(one, one, isWanted);
    if (typeof fromBlock !== "string" || typeof toBlock !== "string") return undefined;
    return this.logs(Number(fromBlock), Number(toBlock), isWanted);
  }

  /** Position of the transaction with this name. */
  position(hash: unknown): Position | undefined {
    return typeof hash === "string" ? this.#positions.get(hash.toLowerCase()) : undefined;
  }

  /** Throws PlaceError for a text that is not the block's, or its transactions'. */
  #readBlock(number: number): FullBlock | undefined {
    const text = BigInt(number) > this.last ? undefined : this.#text(number);
    if (text === undefined) return undefined;
    const [told, named] = [parseTold(text), this.#names[number]];
    if (told !== undefined && named !== undefined && isNamed(told, named) && isText(text, named)) return told;
    throw new PlaceError("Damaged", `what is kept as block ${number} is not block ${named?.hash}; restore a copy of the folder`);
  }
}

/** Decodes a block; undefined for a text without a block and its receipts, which may be forged. */
function parseTold(text: BlockText): FullBlock | undefined {
  try {
    const told = JSON.parse(text) as FullBlock;
    const isWhole = Array.isArray(told.block.transactions) && told.receipts.every(({ logs }) => Array.isArray(logs));
    return isWhole ? told : undefined;
  } catch {
    return undefined;
  }
}

function isText(text: BlockText, named: BlockNames | BlockIdentity): boolean {
  return !("textHash" in named) || named.textHash === textHashOf(text);
}

function isNamed({ block, receipts }: FullBlock, { hash, transactions }: BlockNames): boolean {
  return block["hash"] === hash && [block.transactions, receipts].every(({ length }) => length === transactions.length);
}

function matches({ address, topics: given }: Parameters<LogTest>[0], filter: LogFilter): boolean {
  const isOf = (choice: Hex | readonly Hex[] | null | undefined, value: string | undefined): boolean => {
    if (choice === undefined || choice === null || choice.length === 0) return true;
    const all = typeof choice === "string" ? [choice] : choice;
    return value !== undefined && all.some((one) => one.toLowerCase() === value.toLowerCase());
  };
  const wantedTopics = filter.topics ?? [];
  return (
    isOf(filter.address, address) &&
    wantedTopics.length <= given.length &&
    wantedTopics.every((topic, i) => isOf(topic, given[i]))
  );
}
