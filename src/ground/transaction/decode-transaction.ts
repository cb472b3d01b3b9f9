import { Capability, createTxFromRLP, type TypedTransaction } from "@ethereumjs/tx";
import type { Common } from "@ethereumjs/common";
import { EthereumJSError } from "@ethereumjs/util";
import { hasMalformedAccessList, isCanonical } from "./canonical-bytes.ts";
import { OPENED_TYPE } from "../protocol/encrypted-transaction.ts";
import { HexError, fromHex, toHex, type Hex } from "../protocol/hex.ts";
import { decodeEip712Transaction, EIP712_TYPE } from "./eip712-transaction.ts";
import { refusalWords } from "./client-words.ts";
import { decodeOpenedTransaction } from "./opened-transaction.ts";
import { nestsTooDeep } from "./rlp-depth.ts";
import { TransactionFormatError } from "./transaction-format-error.ts";
import type { SignedTransaction } from "./transaction.ts";

/** Largest serialised transaction, as in public networks' pools: 128 KiB. */
const MAX_TRANSACTION_BYTES = 128 * 1024;

const LAST_TYPE = 4;
const BLOB_TYPE = 3;
/** EIP-2718: a first byte from here on is an RLP list, so a legacy transaction. */
const LEGACY_FROM = 0xc0;

export interface DecodingOptions {
  /**
   * Requirement that a transaction names the chain. One from before EIP-155 is valid on every chain, such as keyless
   * deployers'.
   */
  readonly replayProtection: "required" | "optional";
  /** Requirement that its gas suffices for any block. Default: not required of waiting ones. */
  readonly intrinsicGas?: "required";
  /** Rules of the chain's porter (`withChainId`). Default: the chain has none. */
  readonly porter?: Common | undefined;
  /** Default: a transaction of an opened envelope is refused, because the chain includes it without a request. */
  readonly opened?: "allowed";
}

/**
 * A serialised transaction of an Ethereum type or of ZK Stack's 0x71, with its sender recovered. Throws
 * TransactionFormatError for whatever is
 * not a complete, signed, canonical transaction of this chain. Cost: one signature recovery, about 0.15 ms.
 */
export function decodeTransaction(
  raw: string,
  rules: Common,
  { replayProtection, intrinsicGas, porter, opened }: DecodingOptions,
): SignedTransaction {
  const bytes = decodeHex(raw);
  const first = bytes[0] ?? 0;
  if (bytes.length === 0) throw new TransactionFormatError("Malformed", "the transaction is empty");
  // With its blobs it is larger than any other may be.
  if (first === BLOB_TYPE) {
    throw new TransactionFormatError(
      "TypeNotSupported",
      "blob transactions (type 3) are not supported: this chain stores no blobs; send the data as calldata",
    );
  }
  if (bytes.length > MAX_TRANSACTION_BYTES) {
    throw new TransactionFormatError(
      "TooLarge",
      `the transaction has ${bytes.length} bytes, the limit is ${MAX_TRANSACTION_BYTES}`,
    );
  }
  if (first === EIP712_TYPE) return decodeEip712Transaction(bytes, BigInt(rules.chainId()));
  if (first === OPENED_TYPE) {
    if (opened === "allowed") return decodeOpenedTransaction(bytes, BigInt(rules.chainId()));
    throw new TransactionFormatError(
      "TypeNotSupported",
      `transactions of type ${OPENED_TYPE} are valid only in an envelope that nodes open; encrypt the transaction`,
    );
  }
  if (first < LEGACY_FROM && (first > LAST_TYPE || first === 0)) {
    throw new TransactionFormatError("TypeNotSupported", `transactions of type ${first} are not supported here`);
  }
  const tx = parse(bytes, porter === undefined ? [rules] : [rules, porter]);
  const from = recoverSender(tx);
  const chainId = BigInt(rules.chainId());
  if (replayProtection === "required" && tx.type === 0 && !tx.supports(Capability.EIP155ReplayProtection)) {
    const ids = porter === undefined ? String(chainId) : `${chainId} or ${porter.chainId()}`;
    throw new TransactionFormatError("WrongChain", `the transaction is valid on every chain; sign it for chain ${ids} (EIP-155)`);
  }
  if (intrinsicGas === "required") requireIntrinsicGas(tx);
  const fee = "maxFeePerGas" in tx ? tx.maxFeePerGas : "gasPrice" in tx ? tx.gasPrice : 0n;
  const priorityFee = "maxPriorityFeePerGas" in tx ? tx.maxPriorityFeePerGas : fee;
  return {
    kind: "signed",
    hash: toHex(tx.hash()),
    raw: toHex(bytes),
    type: tx.type,
    from,
    to: tx.to === undefined ? undefined : (tx.to.toString() as Hex),
    valueWei: tx.value,
    data: toHex(tx.data),
    gasLimit: tx.gasLimit,
    nonce: tx.nonce,
    maxFeePerGasWei: fee,
    maxPriorityFeePerGasWei: priorityFee,
    delegates: tx.type === 4,
    ...(porter !== undefined && tx.common.chainId() === porter.chainId() ? { porterId: porter.chainId() } : {}),
  };
}

function decodeHex(raw: string): Uint8Array {
  try {
    return fromHex(raw);
  } catch (error) {
    if (error instanceof HexError) throw new TransactionFormatError("Malformed", "the transaction is not hexadecimal bytes");
    throw error;
  }
}

/** Under the first rules whose chain the transaction names; one that names none is under the first. */
function parse(bytes: Uint8Array, [rules, ...others]: readonly [Common, ...Common[]], names = ""): TypedTransaction {
  if (nestsTooDeep(bytes.subarray((bytes[0] ?? 0) < LEGACY_FROM ? 1 : 0)))
    throw new TransactionFormatError("Malformed", "the transaction cannot be read: its lists are nested too deep");
  try {
    const tx = createTxFromRLP(bytes, { common: rules, freeze: false });
    if (isCanonical(tx, bytes)) return tx;
  } catch (error) {
    if (!(error instanceof EthereumJSError)) throw hasMalformedAccessList(bytes) ? notCanonical(error) : error;
    const reason = error.message;
    if (/chain ?id/i.test(reason)) {
      const [other] = others;
      if (other !== undefined) return parse(bytes, [other], `${rules.chainId()} or `);
      const message = `the transaction is signed for another chain than this, which is chain ${names}${rules.chainId()}`;
      throw new TransactionFormatError("WrongChain", message, { cause: error });
    }
    const code = /EIP-7825/.test(reason) ? "GasAboveCap" : "Malformed";
    const words = refusalWords(reason) ?? `the transaction cannot be read: ${inPlainWords(reason)}`;
    throw new TransactionFormatError(code, words, { cause: error });
  }
  throw notCanonical();
}

function notCanonical(cause?: unknown): TransactionFormatError {
  const message = "the transaction cannot be read: it is not encoded as Ethereum defines its fields; encode it by a library";
  return new TransactionFormatError("Malformed", message, cause === undefined ? {} : { cause });
}

/** The library says behind its reason how it sees the whole transaction: `(tx type=2 hash=… hf=osaka …)`. */
function inPlainWords(reason: string): string {
  return reason.replace(/ \(tx type=.*$/s, "").replace(/\.$/, "");
}

/** No block could hold it, and its sender would wait for a receipt. In the words by which clients know it. */
function requireIntrinsicGas(tx: TypedTransaction): void {
  const least = tx.getMinimumGasLimit();
  if (tx.gasLimit >= least) return;
  throw new TransactionFormatError(
    "IntrinsicGasTooLow",
    `intrinsic gas too low: the gas limit is ${tx.gasLimit}, at least ${least} is taken`,
  );
}

function recoverSender(tx: TypedTransaction): Hex {
  try {
    return tx.getSenderAddress().toString() as Hex;
  } catch (error) {
    if (!(error instanceof EthereumJSError)) throw error;
    throw new TransactionFormatError("BadSignature", "the transaction's signature is not valid", { cause: error });
  }
}
