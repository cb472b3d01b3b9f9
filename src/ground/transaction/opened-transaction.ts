import { encodeRlp, toBeArray } from "ethers";
import {
  encryptedTransactionDigest,
  encryptedTransactionHash,
  encryptedTransactionOf,
  fieldsOf,
  OPENED_TYPE,
  rlpList,
  transactionInMessage,
  type SignedEncryptedTransaction,
} from "../protocol/encrypted-transaction.ts";
import { fromHex, toHex, type Hex } from "../protocol/hex.ts";
import type { ChainId } from "../protocol/ids.ts";
import { TRANSACTION_GAS_CAP } from "./gas-limits.ts";
import { signerOfDigest } from "./signature-recovery.ts";
import { TransactionFormatError } from "./transaction-format-error.ts";
import type { EngineTransaction, SignedTransaction } from "./transaction.ts";

/** True if the transaction was in an envelope: it never waits in a pool. */
export function isOpened(transaction: EngineTransaction): transaction is SignedTransaction {
  return transaction.kind === "signed" && transaction.type === OPENED_TYPE;
}

/**
 * Transaction of an opened envelope, with nonce 0 until the chain includes it; undefined if the message has another form,
 * another
 * identity, more gas than EIP-7825 allows, or no valid signature.
 */
export function openedTransaction(
  message: Uint8Array,
  { identity, chainId }: { readonly identity: Hex; readonly chainId: ChainId },
): SignedTransaction | undefined {
  const transaction = transactionInMessage(message);
  if (transaction?.identity !== identity || transaction.gasLimit > TRANSACTION_GAS_CAP) return undefined;
  const from = senderOf(transaction, chainId);
  return from === undefined ? undefined : withSender(transaction, from, 0n);
}

/** An opened transaction with the nonce that its sender has now. Its hash contains no nonce. */
export function withNonce(opened: SignedTransaction, nonce: bigint): SignedTransaction {
  const [, ...fields] = rlpList(fromHex(opened.raw).subarray(1)) ?? [];
  const transaction = encryptedTransactionOf(fields);
  if (transaction === undefined) throw new TypeError(`transaction ${opened.hash} was not in an envelope`);
  return withSender(transaction, opened.from, nonce);
}

/** Reads the bytes of an opened transaction in a block, and recovers its sender. Throws TransactionFormatError. */
export function decodeOpenedTransaction(bytes: Uint8Array, chainId: ChainId): SignedTransaction {
  const [nonce, ...fields] = rlpList(bytes.subarray(1)) ?? [];
  const transaction = encryptedTransactionOf(fields);
  if (transaction === undefined || typeof nonce !== "string" || !/^0x(?:(?!00)(?:[0-9a-f]{2}){1,8})?$/.test(nonce))
    throw new TransactionFormatError("Malformed", "the opened transaction is not a list of its nine fields");
  const from = senderOf(transaction, chainId);
  if (from === undefined) throw new TransactionFormatError("BadSignature", "the transaction's signature is not valid");
  return withSender(transaction, from, nonce === "0x" ? 0n : BigInt(nonce));
}

function senderOf(transaction: SignedEncryptedTransaction, chainId: ChainId): Hex | undefined {
  return signerOfDigest(encryptedTransactionDigest(transaction, chainId), transaction.signature);
}

function withSender(transaction: SignedEncryptedTransaction, from: Hex, nonce: bigint): SignedTransaction {
  const { to, valueWei, data, gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei } = transaction;
  const type = Uint8Array.of(OPENED_TYPE);
  return {
    kind: "signed",
    type: OPENED_TYPE,
    hash: encryptedTransactionHash(transaction),
    raw: `${toHex(type)}${encodeRlp([toHex(toBeArray(nonce)), ...fieldsOf(transaction)]).slice(2)}` as Hex,
    from,
    to,
    valueWei,
    data,
    gasLimit,
    nonce,
    maxFeePerGasWei,
    maxPriorityFeePerGasWei,
    delegates: false,
  };
}
