import { decodeRlp, encodeRlp, toBeArray, TypedDataEncoder, type TypedDataDomain } from "ethers";
import { fromHex, keccak, numberToHex, toHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/**
 * Transaction that an envelope contains. It has no nonce: the chain assigns the sender's next one, and it is valid one time,
 * because its envelope is.
 */
export interface EncryptedTransaction {
  /** Identity of the envelope. */
  readonly identity: Hex;
  readonly to: Hex;
  readonly valueWei: bigint;
  readonly data: Hex;
  readonly gasLimit: bigint;
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
}

/** Encrypted transaction with its sender's signature of 65 bytes: r, s, and 27 or 28. */
export interface SignedEncryptedTransaction extends EncryptedTransaction {
  readonly signature: Hex;
}

/** Type of the transaction in a block: an RLP list after this byte, whose first item is the nonce. */
export const OPENED_TYPE = 0x72;

/** EIP-712 types of the message that the sender signs. */
export const ENCRYPTED_TRANSACTION_TYPES = {
  EncryptedTransaction: [
    { name: "identity", type: "bytes32" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "gasLimit", type: "uint256" },
    { name: "maxFeePerGas", type: "uint256" },
    { name: "maxPriorityFeePerGas", type: "uint256" },
  ],
};

/** Messages are padded to a power of two, at least this one, so that their length reveals little. */
const MIN_MESSAGE_BYTES = 512;
const LENGTH_BYTES = 4;
const [WORD, ADDRESS, BYTES] = [/^0x[0-9a-f]{64}$/, /^0x[0-9a-f]{40}$/, /^0x(?:[0-9a-f]{2})*$/];
const SIGNATURE = /^0x[0-9a-f]{130}$/;
/** Integers without leading zeros, of 32 bytes at most. */
const INTEGER = /^0x(?:(?!00)(?:[0-9a-f]{2}){1,32})?$/;

/** EIP-712 domain of the message that the sender signs. */
export function encryptedTransactionDomain(chainId: ChainId): TypedDataDomain {
  return { name: "HyperchainEncryptedTransaction", version: "1", chainId };
}

/** Values of the message that the sender signs. */
export function encryptedTransactionMessage(transaction: EncryptedTransaction): Record<string, unknown> {
  const { identity, to, valueWei, data, gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei } = transaction;
  const fees = { maxFeePerGas: maxFeePerGasWei, maxPriorityFeePerGas: maxPriorityFeePerGasWei };
  return { identity, to, value: valueWei, data, gasLimit, ...fees };
}

export function encryptedTransactionDigest(transaction: EncryptedTransaction, chainId: ChainId): Hex {
  const domain = encryptedTransactionDomain(chainId);
  return TypedDataEncoder.hash(domain, ENCRYPTED_TRANSACTION_TYPES, encryptedTransactionMessage(transaction)) as Hex;
}

/** Hash of the transaction in a block. It contains no nonce. */
export function encryptedTransactionHash(transaction: SignedEncryptedTransaction): Hex {
  return keccak(Uint8Array.of(OPENED_TYPE), encodeEncryptedTransaction(transaction));
}

/** RLP list of the signed transaction. */
function encodeEncryptedTransaction(transaction: SignedEncryptedTransaction): Uint8Array {
  return fromHex(encodeRlp([...fieldsOf(transaction)]));
}

/** Fields of the list, in their order. */
export function fieldsOf(transaction: SignedEncryptedTransaction): readonly Hex[] {
  const { identity, to, valueWei, data, gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei, signature } = transaction;
  const numbers = [gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei].map(integer);
  return [identity, to, integer(valueWei), data, ...numbers, signature];
}

/** Inverse of `fieldsOf`; undefined for another list. */
export function encryptedTransactionOf(fields: readonly unknown[]): SignedEncryptedTransaction | undefined {
  const [identity, to, value, data, gasLimit, maxFee, maxPriorityFee, signature, ...others] = fields;
  if (others.length > 0 || !is(identity, WORD) || !is(to, ADDRESS) || !is(data, BYTES) || !is(signature, SIGNATURE))
    return undefined;
  if (!is(value, INTEGER) || !is(gasLimit, INTEGER) || !is(maxFee, INTEGER) || !is(maxPriorityFee, INTEGER)) return undefined;
  const fees = { maxFeePerGasWei: number(maxFee), maxPriorityFeePerGasWei: number(maxPriorityFee) };
  return { identity, to, valueWei: number(value), data, gasLimit: number(gasLimit), ...fees, signature };
}

/** Message to encrypt: length, transaction, and padding. */
export function paddedMessage(transaction: SignedEncryptedTransaction): Uint8Array {
  const encoded = encodeEncryptedTransaction(transaction);
  let length = MIN_MESSAGE_BYTES;
  while (length < LENGTH_BYTES + encoded.length) length *= 2;
  const message = new Uint8Array(length);
  message.set(fromHex(numberToHex(BigInt(encoded.length), LENGTH_BYTES)));
  message.set(encoded, LENGTH_BYTES);
  return message;
}

/** Inverse of `paddedMessage`; undefined for other bytes. */
export function transactionInMessage(message: Uint8Array): SignedEncryptedTransaction | undefined {
  if (message.length < LENGTH_BYTES) return undefined;
  const length = Number(BigInt(toHex(message.slice(0, LENGTH_BYTES))));
  const fields = rlpList(message.slice(LENGTH_BYTES, LENGTH_BYTES + length));
  const transaction = fields && encryptedTransactionOf(fields);
  if (transaction === undefined) return undefined;
  // There is one message of each transaction.
  return toHex(paddedMessage(transaction)) === toHex(message) ? transaction : undefined;
}

/** Items of a canonical RLP list; undefined for other bytes. */
export function rlpList(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const items: unknown = decodeRlp(bytes);
    return Array.isArray(items) && encodeRlp(items as never) === toHex(bytes) ? (items as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

function integer(value: bigint): Hex {
  return toHex(toBeArray(value));
}

function number(digits: Hex): bigint {
  return digits === "0x" ? 0n : BigInt(digits);
}

function is(value: unknown, form: RegExp): value is Hex {
  return typeof value === "string" && form.test(value);
}
