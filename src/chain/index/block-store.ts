import { digestOf } from "../core/digest-of.ts";
import type { Follower } from "../core/follower.ts";
import { hexQuantity, type Hex } from "../../ground/protocol/hex.ts";
import type { BlockNumber } from "../../ground/protocol/ids.ts";
import type { BlockEnvironment, BlockHeader, BlockLog, Head } from "../model/block.ts";
import { logsBloom } from "../model/logs-bloom.ts";
import type { CommandResult, SequencedBlock } from "../ordering/batch-reducer.ts";
import { minedTransaction, type ShownFields } from "../../ground/transaction/shown-transaction.ts";
import { gasPriceOf, isEthereumTransaction, type EngineTransaction } from "../../ground/transaction/transaction.ts";
import type { FeeBlock } from "./fee-history.ts";

/** A block with its whole transactions, and their receipts, as nodes show them. */
export interface FullBlock {
  readonly block: ShownFields & { readonly transactions: readonly ShownFields[] };
  readonly receipts: readonly ShownFields[];
}

/** Position of a transaction. */
export interface TransactionPlace {
  readonly block: BlockNumber;
  readonly index: number;
}

/** A transaction as it ran. */
export interface RanTransaction {
  readonly environment: BlockEnvironment;
  /** In its block. */
  readonly before: readonly EngineTransaction[];
  readonly transaction: EngineTransaction;
}

/** True for a requested log. */
export type LogTest = (log: Pick<BlockLog, "address" | "topics">) => boolean;

/** The blocks that an earlier process told of, from block 0 on. */
export interface EarlierBlocks {
  readonly last: BlockNumber;
  numberOf(hash: string): number | undefined;
  position(transactionHash: string): { readonly block: number; readonly index: number } | undefined;
  /** Undefined for a later block. */
  withReceipts(number: number): FullBlock | undefined;
  /** In order; none of a later block. */
  logs(first: number, last: number, isWanted: LogTest): readonly ShownFields[];
}

interface BlockStoreOptions {
  readonly chainId: number;
  /** Newest block before the chain's own. */
  readonly head: Head;
  /** Blocks before the chain's own, the newest last: those whose names are known. */
  readonly before: readonly { readonly number: BlockNumber; readonly hash: Hex }[];
}

interface BlockStoreDependencies {
  /** Header of a block that the engine has. */
  readonly header: (number: BlockNumber) => Promise<BlockHeader | undefined>;
  readonly earlier?: EarlierBlocks | undefined;
}

/**
 * The chain's decided blocks with their transactions, receipts and logs, for all who read them. Transactions are named as the
 * engine names them.
 */
export class BlockStore implements Follower<CommandResult, BlockNumber> {
  readonly name = "blocks";
  readonly #chainId: number;
  readonly #dependencies: BlockStoreDependencies;
  /** Block before the first. */
  readonly #base: Head;
  #blocks: SequencedBlock[] = [];
  readonly #numbers = new Map<string, BlockNumber>();
  readonly #places = new Map<string, TransactionPlace>();

  constructor({ chainId, head, before }: BlockStoreOptions, dependencies: BlockStoreDependencies) {
    this.#chainId = chainId;
    this.#dependencies = dependencies;
    this.#base = head;
    for (const { number, hash } of before) this.#numbers.set(hash, number);
  }

  on({ blocks }: CommandResult): void {
    for (const block of blocks) {
      const { number } = block.environment;
      this.#blocks.push(block);
      this.#numbers.set(block.hash, number);
      for (const [index, { transactionHash }] of block.receipts.entries())
        this.#places.set(transactionHash, { block: number, index });
    }
  }

  mark(): BlockNumber {
    return this.newest;
  }

  returnTo(newest: BlockNumber): void {
    for (const { hash, receipts } of this.#blocks.splice(Number(newest - this.#base.number))) {
      this.#numbers.delete(hash);
      for (const { transactionHash } of receipts) this.#places.delete(transactionHash);
    }
  }

  digest(): Hex {
    return digestOf(this.#blocks);
  }

  /** Newest decided block. */
  get head(): Head {
    return this.#blocks.at(-1)?.environment ?? this.#base;
  }

  /** Number of the newest decided block. */
  get newest(): BlockNumber {
    return this.#base.number + BigInt(this.#blocks.length);
  }

  /** The first block that the engine makes, behind those that the chain began with. */
  get first(): BlockNumber {
    return this.#base.number + 1n;
  }

  /** True if the block is text of an earlier process, which is read for each query. */
  isKept(number: BlockNumber): boolean {
    const { earlier } = this.#dependencies;
    return earlier !== undefined && number <= earlier.last;
  }

  /** The number of the block with this hash. */
  numberOf(hash: string): BlockNumber | undefined {
    const name = hash.toLowerCase();
    const earlier = this.#dependencies.earlier?.numberOf(name);
    return earlier === undefined ? this.#numbers.get(name) : BigInt(earlier);
  }

  /** Position of the transaction with this name. */
  place(transactionHash: string): TransactionPlace | undefined {
    const name = transactionHash.toLowerCase();
    const earlier = this.#dependencies.earlier?.position(name);
    return earlier === undefined ? this.#places.get(name) : { block: BigInt(earlier.block), index: earlier.index };
  }

  /** With hashes of transactions, or whole ones. Undefined where there is no such block. */
  async block(number: BlockNumber, isWhole = false): Promise<BlockHeader | undefined> {
    const told = this.#earlierBlock(number)?.block as (BlockHeader & FullBlock["block"]) | undefined;
    const header = told ?? (number > this.newest ? undefined : await this.#dependencies.header(number));
    // The chain may have returned to before it meanwhile.
    if (header === undefined || number > this.newest) return undefined;
    // The text of an earlier block has all of it, and is read as a whole.
    if (told !== undefined) return isWhole ? told : { ...told, transactions: told.transactions.map(({ hash }) => hash) };
    const names = this.transactionsOf(number);
    return { ...header, transactions: isWhole ? names.map((_, index) => this.transaction({ block: number, index })) : names };
  }

  /** Names of a block's transactions. */
  transactionsOf(number: BlockNumber): readonly Hex[] {
    const sequenced = this.#sequencedAt(number);
    if (sequenced !== undefined) return sequenced.receipts.map(({ transactionHash }) => transactionHash);
    return (this.#earlierBlock(number)?.block.transactions ?? []).map(({ hash }) => hash as Hex);
  }

  transaction({ block: number, index }: TransactionPlace): ShownFields | undefined {
    const held = this.#sequencedAt(number);
    const [receipt, transaction] = [held?.receipts[index], held?.transactions[index]];
    if (held === undefined || receipt === undefined || transaction === undefined)
      return this.#earlierBlock(number)?.block.transactions[index];
    const place = {
      blockHash: held.hash,
      blockNumber: hexQuantity(number),
      blockTimestamp: hexQuantity(held.environment.timestamp),
      transactionIndex: hexQuantity(index),
    };
    return { ...minedTransaction(transaction, receipt.transactionHash, this.#chainId), ...place };
  }

  /** Decided block of this process; undefined for a block of an earlier process. */
  decided(number: BlockNumber): SequencedBlock | undefined {
    return this.#sequencedAt(number);
  }

  /** Transactions before one of the chain's blocks, and its environment. */
  ran({ block: number, index }: TransactionPlace): RanTransaction | undefined {
    const { environment, transactions = [] } = this.#sequencedAt(number) ?? {};
    const transaction = transactions[index];
    if (environment === undefined || transaction === undefined) return undefined;
    return { environment, before: transactions.slice(0, index), transaction };
  }

  receipt({ block: number, index }: TransactionPlace): ShownFields | undefined {
    const held = this.#sequencedAt(number);
    return held === undefined ? this.#earlierBlock(number)?.receipts[index] : receiptOf(held, index);
  }

  /** Receipts of all of a block's transactions. */
  receipts(number: BlockNumber): readonly ShownFields[] {
    const held = this.#sequencedAt(number);
    if (held === undefined) return this.#earlierBlock(number)?.receipts ?? [];
    return held.receipts.map((_, index) => receiptOf(held, index)).filter((receipt) => receipt !== undefined);
  }

  /** Matching logs of whole blocks, in order. */
  logs(first: BlockNumber, last: BlockNumber, isWanted: LogTest): readonly ShownFields[] {
    const found = [...(this.#dependencies.earlier?.logs(Number(first), Number(last), isWanted) ?? [])];
    const from = first > this.#base.number ? first : this.#base.number + 1n;
    for (const block of this.#blocks.slice(Number(from - this.#base.number - 1n), Math.max(0, Number(last - this.#base.number))))
      for (const log of logsOf(block, isWanted)) found.push(log);
    return found;
  }

  /** Gas and payments of a block's transactions. */
  fees(number: BlockNumber): FeeBlock {
    const held = this.#sequencedAt(number);
    if (held === undefined) return this.#earlierBlock(number) ?? { block: { gasUsed: "0x0", gasLimit: "0x1" }, receipts: [] };
    const { receipts, transactions, environment } = held;
    const gasUsed = hexQuantity(receipts.reduce((sum, one) => sum + one.gasUsed, 0n));
    const paid = transactions.map((transaction, i) => ({
      gasUsed: hexQuantity(receipts[i]?.gasUsed ?? 0n),
      effectiveGasPrice: hexQuantity(gasPriceOf(transaction)),
    }));
    return { block: { gasUsed, gasLimit: hexQuantity(environment.gasLimit) }, receipts: paid };
  }

  #earlierBlock(number: BlockNumber): FullBlock | undefined {
    return this.#dependencies.earlier?.withReceipts(Number(number));
  }

  #sequencedAt(number: BlockNumber): SequencedBlock | undefined {
    return number <= this.#base.number ? undefined : this.#blocks[Number(number - this.#base.number - 1n)];
  }
}

function receiptOf(block: SequencedBlock, index: number): ShownFields | undefined {
  const { hash: blockHash, environment, receipts, transactions } = block;
  const [receipt, transaction] = [receipts[index], transactions[index]];
  if (receipt === undefined || transaction === undefined) return undefined;
  const { transactionHash, success, gasUsed, logs, contractAddress, nativeUnits } = receipt;
  const before = receipts.slice(0, index);
  return {
    blockHash,
    blockNumber: hexQuantity(environment.number),
    transactionHash,
    transactionIndex: hexQuantity(index),
    type: hexQuantity(isEthereumTransaction(transaction) ? transaction.type : 0),
    from: transaction.from,
    to: transaction.to ?? null,
    cumulativeGasUsed: hexQuantity(before.reduce((sum, one) => sum + one.gasUsed, gasUsed)),
    gasUsed: hexQuantity(gasUsed),
    contractAddress: contractAddress ?? null,
    logs: placedLogs(
      block,
      index,
      before.reduce((sum, one) => sum + one.logs.length, 0),
      () => true,
    ),
    logsBloom: receipt.logsBloom ?? logsBloom(logs),
    status: success ? "0x1" : "0x0",
    effectiveGasPrice: hexQuantity(gasPriceOf(transaction)),
    ...(nativeUnits === undefined ? {} : { nativeUnits: hexQuantity(BigInt(nativeUnits)) }),
  };
}

function* logsOf(block: SequencedBlock, isWanted: LogTest): Generator<ShownFields> {
  let first = 0;
  for (const [index, { logs }] of block.receipts.entries()) {
    yield* placedLogs(block, index, first, isWanted);
    first += logs.length;
  }
}

/** The wanted logs of one transaction, the first of which is at this place of its block. */
function placedLogs(
  { hash, environment, receipts }: SequencedBlock,
  index: number,
  first: number,
  isWanted: LogTest,
): ShownFields[] {
  const { transactionHash, logs = [] } = receipts[index] ?? {};
  const found: ShownFields[] = [];
  for (const [i, log] of logs.entries()) {
    if (!isWanted(log)) continue;
    found.push({
      removed: false,
      logIndex: hexQuantity(first + i),
      transactionIndex: hexQuantity(index),
      transactionHash,
      blockHash: hash,
      blockNumber: hexQuantity(environment.number),
      blockTimestamp: hexQuantity(environment.timestamp),
      ...log,
    });
  }
  return found;
}
