import { RLP, type Input } from "@ethereumjs/rlp";
import { concatBytes, KECCAK256_RLP, KECCAK256_RLP_ARRAY } from "@ethereumjs/util";
import { fromHex, hexQuantity, keccak, toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BlockEnvironment, BlockHeader, BlockReceipt, ReexecutedReceipt } from "../model/block.ts";
import { logsBloom } from "../model/logs-bloom.ts";
import { isEthereumTransaction, type EngineTransaction } from "../../ground/transaction/transaction.ts";
import { orderedRoot } from "./ordered-root.ts";

/** Type of a transaction that no user has signed, instead of Ethereum's types. */
const UNSIGNED_TYPE = 0xfe;
const ZEROS: Hex = `0x${"00".repeat(32)}`;
/** SHA-256 of nothing: no block holds requests (EIP-7685). */
const NO_REQUESTS: Hex = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/** Fields of a header, in the order of Ethereum's encoding. */
const HEADER_FIELDS = [
  "parentHash",
  "sha3Uncles",
  "miner",
  "stateRoot",
  "transactionsRoot",
  "receiptsRoot",
  "logsBloom",
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "extraData",
  "mixHash",
  "nonce",
  "baseFeePerGas",
  "withdrawalsRoot",
  "blobGasUsed",
  "excessBlobGas",
  "parentBeaconBlockRoot",
  "requestsHash",
];
/** Fields of a header that are numbers. */
const HEADER_NUMBERS = new Set([
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "baseFeePerGas",
  "blobGasUsed",
  "excessBlobGas",
]);
/** Roots of a header without transactions. */
const [EMPTY_ROOT, NO_UNCLES] = [toHex(KECCAK256_RLP), toHex(KECCAK256_RLP_ARRAY)];

/** A transaction of a block, its result, and its bytes in the block. */
interface MadeTransaction {
  readonly transaction: EngineTransaction;
  readonly receipt: ReexecutedReceipt;
  readonly bytes: Uint8Array;
}

/** A block as the chain's own engine makes it. */
export interface BuiltBlock {
  readonly header: BlockHeader;
  readonly receipts: readonly BlockReceipt[];
}

/** The bytes of a transaction in a block of the chain: as signed, or in a separate form if no signature names its sender. */
export function blockBytes(transaction: EngineTransaction, chainId: bigint): Uint8Array {
  if (transaction.kind === "signed") return fromHex(transaction.raw);
  const { canonicalTxHash = "0x", from, nonce, to = "0x", valueWei, data, gasLimit } = transaction;
  const fields = [chainId, fromHex(canonicalTxHash), fromHex(from), nonce, fromHex(to), valueWei, fromHex(data), gasLimit, 0n];
  return concatBytes(Uint8Array.of(UNSIGNED_TYPE), RLP.encode(fields));
}

/**
 * The block of these transactions behind its parent, with the header of Ethereum's newest rules: real roots of transactions and
 * receipts, and no root of a state, of which the chain keeps another tree.
 */
export function makeBlock(executed: readonly MadeTransaction[], environment: BlockEnvironment, parentHash: Hex): BuiltBlock {
  let gasUsed = 0n;
  const encoded: Uint8Array[] = [];
  const receipts = executed.map(({ transaction, receipt, bytes }): BlockReceipt => {
    gasUsed += receipt.gasUsed;
    const bloom = logsBloom(receipt.logs);
    encoded.push(receiptBytes(transaction, receipt, gasUsed, bloom));
    const transactionHash = transaction.kind === "signed" ? transaction.hash : keccak(bytes);
    const { native, logged: _logged, ...told } = receipt;
    const counted = native === undefined ? {} : { nativeUnits: native.units };
    return { ...told, ...counted, transactionHash, ...(receipt.logs.length === 0 ? {} : { logsBloom: bloom }) };
  });
  const transactions = executed.map(({ bytes }) => bytes);
  const bloom = logsBloom(executed.flatMap(({ receipt }) => receipt.logs));
  const roots = { transactions: toHex(orderedRoot(transactions)), receipts: toHex(orderedRoot(encoded)) };
  return { header: headerOf(environment, { parentHash, gasUsed, bloom, roots, transactions }), receipts };
}

/** The header of a block without transactions. */
export function emptyHeader(environment: BlockEnvironment, parentHash: Hex): BlockHeader {
  const roots = { transactions: EMPTY_ROOT, receipts: EMPTY_ROOT };
  return headerOf(environment, { parentHash, gasUsed: 0n, bloom: logsBloom([]), roots, transactions: [] });
}

interface Contents {
  readonly parentHash: Hex;
  readonly gasUsed: bigint;
  readonly bloom: Hex;
  readonly roots: { readonly transactions: Hex; readonly receipts: Hex };
  readonly transactions: readonly Uint8Array[];
}

function headerOf(
  { number, timestamp, prevRandao, coinbase, gasLimit }: BlockEnvironment,
  { parentHash, gasUsed, bloom, roots, transactions }: Contents,
): BlockHeader {
  const header = {
    parentHash,
    sha3Uncles: NO_UNCLES,
    miner: coinbase,
    stateRoot: ZEROS,
    transactionsRoot: roots.transactions,
    receiptsRoot: roots.receipts,
    logsBloom: bloom,
    difficulty: "0x0",
    totalDifficulty: "0x0",
    number: hexQuantity(number),
    gasLimit: hexQuantity(gasLimit),
    gasUsed: hexQuantity(gasUsed),
    timestamp: hexQuantity(timestamp),
    extraData: "0x",
    mixHash: prevRandao,
    nonce: "0x0000000000000000",
    baseFeePerGas: "0x0",
    withdrawals: [],
    withdrawalsRoot: EMPTY_ROOT,
    blobGasUsed: "0x0",
    excessBlobGas: "0x0",
    parentBeaconBlockRoot: ZEROS,
    requestsHash: NO_REQUESTS,
    uncles: [],
  } as const;
  const fields = headerFields(header);
  const size = hexQuantity(RLP.encode(blockOf(fields, transactions)).length);
  return { hash: keccak(RLP.encode(fields)), ...header, size };
}

/** Fields of a header in the order of Ethereum's encoding: bytes verbatim, numbers without leading zeros. */
export function headerFields(header: Readonly<Record<string, unknown>>): Uint8Array[] {
  return HEADER_FIELDS.map((name) => {
    const value = String(header[name]);
    return HEADER_NUMBERS.has(name) ? integer(value) : fromHex(value);
  });
}

function integer(quantity: string): Uint8Array {
  const digits = BigInt(quantity) === 0n ? "" : BigInt(quantity).toString(16);
  return fromHex(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
}

/** The header, lists of transactions and uncles and of withdrawals; a transaction with a type is bytes in the list. */
export function blockOf(header: Uint8Array[], transactions: readonly Uint8Array[]): Input {
  const items = transactions.map((one): Input => ((one[0] ?? 0) >= 0xc0 && one[0] !== UNSIGNED_TYPE ? RLP.decode(one) : one));
  return [header, items, [], []];
}

/** A receipt in its EIP-2718 encoding; `gasUsed` includes the block's transactions before. */
export function receiptBytes(
  transaction: EngineTransaction,
  { success, logs }: Pick<ReexecutedReceipt, "success" | "logs">,
  gasUsed: bigint,
  bloom: Hex = logsBloom(logs),
): Uint8Array {
  const entries = logs.map(({ address, topics, data }) => [
    fromHex(address),
    topics.map((topic) => fromHex(topic)),
    fromHex(data),
  ]);
  const encoded = RLP.encode([success ? 1n : 0n, gasUsed, fromHex(bloom), entries]);
  const type = transaction.kind === "unsigned" ? UNSIGNED_TYPE : transaction.type;
  return type === 0 && isEthereumTransaction(transaction) ? encoded : concatBytes(Uint8Array.of(type), encoded);
}
