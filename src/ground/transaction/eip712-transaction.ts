import { decodeRlp, encodeRlp, isError } from "ethers";
import { fromHex, hashTag, keccak, numberToHex, toHex, wordToHex, type Hex } from "../protocol/hex.ts";
import type { ChainId } from "../protocol/ids.ts";
import { typedTransactionHash, type TypedRecord } from "../protocol/input-records.ts";
import { TRANSACTION_GAS_CAP } from "./gas-limits.ts";
import { nestsTooDeep } from "./rlp-depth.ts";
import { recoverPublicKey, UnknownSignerError } from "./signature-recovery.ts";
import { TransactionFormatError } from "./transaction-format-error.ts";
import type { EngineTransaction, SignedTransaction } from "./transaction.ts";

/** ZK Stack's transaction type: an RLP list behind this byte, signed as EIP-712 typed data. */
export const EIP712_TYPE = 0x71;

/** Fields of the list, in order. factoryDeps and paymasterParams are for what this chain does not have, and stay empty. */
const FIELDS = [
  "nonce",
  "maxPriorityFeePerGas",
  "maxFeePerGas",
  "gasLimit",
  "to",
  "value",
  "data",
  "v",
  "r",
  "s",
  "chainId",
  "from",
  "gasPerPubdata",
  "factoryDeps",
  "customSignature",
  "paymasterParams",
] as const;
type Field = (typeof FIELDS)[number];

/** An ECDSA signature: 32 bytes each, and which of the two possible keys. */
interface EcdsaSignature {
  readonly r: Hex;
  readonly s: Hex;
  readonly yParity: 0 | 1;
}

/** A transaction of this type with what only its own fields tell. */
export interface Eip712Transaction extends SignedTransaction {
  readonly gasPerPubdata: bigint;
  readonly signature: EcdsaSignature;
}

export function isEip712Transaction(transaction: EngineTransaction): transaction is Eip712Transaction {
  return transaction.kind === "signed" && transaction.type === EIP712_TYPE;
}

const DOMAIN_TYPE = hashTag("EIP712Domain(string name,string version,uint256 chainId)");
const DOMAIN_NAME = hashTag("zkSync");
const DOMAIN_VERSION = hashTag("2");
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/**
 * Reads a transaction of type 0x71 and recovers its sender. It is named by keccak(signing digest ‖ keccak(signature)). Throws
 * TransactionFormatError: `FeatureNotSupported` for paymasters, contract accounts, published code and creations, which this
 * chain leaves to Ethereum's own types.
 */
export function decodeEip712Transaction(bytes: Uint8Array, chainId: ChainId): Eip712Transaction {
  const fields = readFields(bytes);
  const number = (field: Field, bits = 256): bigint => integer(fields, field, bits);
  refuseUnsupported(fields);
  const signedFor = number("chainId");
  if (signedFor !== chainId)
    throw new TransactionFormatError("WrongChain", `the transaction is signed for chain ${signedFor}, this is chain ${chainId}`);
  const from = addressIn(fields, "from");
  const to = addressIn(fields, "to");
  const data = bytesIn(fields, "data");
  const [nonce, gasLimit, valueWei, gasPerPubdata] = [
    number("nonce", 64),
    number("gasLimit", 64),
    number("value"),
    number("gasPerPubdata"),
  ];
  const [maxFeePerGasWei, maxPriorityFeePerGasWei] = [number("maxFeePerGas"), number("maxPriorityFeePerGas")];
  if (gasLimit > TRANSACTION_GAS_CAP) {
    throw new TransactionFormatError("GasAboveCap", `the gas limit ${gasLimit} exceeds the ${TRANSACTION_GAS_CAP} of EIP-7825`);
  }
  const signed = { from, to, gasLimit, gasPerPubdata, maxFeePerGasWei, maxPriorityFeePerGasWei, nonce, valueWei, data };
  const digest = eip712Digest(signed, chainId);
  const signature = signatureIn(fields, chainId);
  requireSigner(digest, signature, from);
  return {
    kind: "signed",
    type: EIP712_TYPE,
    hash: keccak(fromHex(digest), fromHex(keccak(fromHex(bytesIn(fields, "customSignature"))))),
    raw: toHex(bytes),
    from,
    to,
    valueWei,
    data,
    gasLimit,
    nonce,
    maxFeePerGasWei,
    maxPriorityFeePerGasWei,
    delegates: false,
    gasPerPubdata,
    signature,
  };
}

/** Hash that the sender of a transaction signs: that of typed data (EIP-712). */
function eip712Digest(
  {
    from,
    to,
    gasLimit,
    gasPerPubdata,
    maxFeePerGasWei,
    maxPriorityFeePerGasWei,
    nonce,
    valueWei,
    data,
  }: Omit<Eip712Transaction, "kind" | "type" | "hash" | "raw" | "delegates" | "signature">,
  chainId: ChainId,
): Hex {
  const words = [
    BigInt(EIP712_TYPE),
    BigInt(from),
    BigInt(to ?? 0),
    gasLimit,
    gasPerPubdata,
    maxFeePerGasWei,
    maxPriorityFeePerGasWei,
    0n,
    nonce,
    valueWei,
  ];
  return typedTransactionHash({ domain: domainOf(chainId), words, data });
}

function domainOf(chainId: ChainId): Hex {
  return hashWords(DOMAIN_TYPE, DOMAIN_NAME, DOMAIN_VERSION, wordToHex(chainId));
}

/** Fields of the list that are numbers of the typed data, in the order of these; undefined for those that are constants. */
const WORDS: readonly (Field | undefined)[] = [
  undefined,
  "from",
  "to",
  "gasLimit",
  "gasPerPubdata",
  "maxFeePerGas",
  "maxPriorityFeePerGas",
  undefined,
  "nonce",
  "value",
];
const ADDRESS_BITS = 160n;

/** Record of a decoded transaction of type 0x71 in the inputs of its batch. */
export function typedRecord(bytes: Uint8Array, chainId: ChainId): TypedRecord {
  const fields = readFields(bytes);
  const numberIn = (field: Field): bigint => BigInt(`0x0${bytesIn(fields, field).slice(2)}`);
  const words = WORDS.map((field, place) => (field === undefined ? constantWord(place) : numberIn(field)));
  const { r, s, yParity } = signatureIn(fields, chainId);
  const signature = { r: BigInt(r), s: BigInt(s), yParity: BigInt(yParity) };
  return { type: "typed", domain: domainOf(chainId), words, data: bytesIn(fields, "data"), ...signature };
}

/** Inverse of `typedRecord`. Throws TransactionFormatError for a record that no transaction of the chain has. */
export function rawOfTyped({ domain, words, data, r, s, yParity }: TypedRecord, chainId: ChainId): Hex {
  if (domain !== domainOf(chainId))
    throw new TransactionFormatError(
      "WrongChain",
      `the transaction is signed for the domain ${domain}, not for chain ${chainId}`,
    );
  const items = new Map<Field, Hex | Hex[]>(FIELDS.map((field) => [field, "0x"]));
  for (const [place, field] of WORDS.entries()) {
    const word = words[place] ?? 0n;
    if (field === undefined && word !== constantWord(place)) throw notSupported(`number ${place} of its typed data (${word})`);
    if (field === undefined) continue;
    const isAddress = field === "from" || field === "to";
    if (isAddress && word >= 2n ** ADDRESS_BITS) throw malformed(`${field} is longer than an address`);
    items.set(field, isAddress ? numberToHex(word, 20) : shortest(word));
  }
  const signature = toHex(Uint8Array.of(...fromHex(wordToHex(r)), ...fromHex(wordToHex(s)), yParity === 0n ? 27 : 28));
  for (const field of ["v", "chainId"] as const) items.set(field, shortest(chainId));
  items.set("data", data).set("customSignature", signature).set("factoryDeps", []).set("paymasterParams", []);
  return toHex(Uint8Array.of(EIP712_TYPE, ...fromHex(encodeRlp([...items.values()]))));
}

/** Number of the typed data that no field of the list has: the type first, no paymaster behind the prices. */
function constantWord(place: number): bigint {
  return place === 0 ? BigInt(EIP712_TYPE) : 0n;
}

/** A number without leading zeros. */
function shortest(value: bigint): Hex {
  const digits = value === 0n ? "" : value.toString(16);
  return `0x${digits.length % 2 === 0 ? "" : "0"}${digits}`;
}

/** The list's fields by name. Throws for what is not canonical RLP of as many fields. */
function readFields(bytes: Uint8Array): ReadonlyMap<Field, unknown> {
  const body = bytes.subarray(1);
  if (nestsTooDeep(body)) throw malformed("its lists are nested deeper than a transaction's");
  let items: ReturnType<typeof decodeRlp>;
  try {
    items = decodeRlp(body);
  } catch (error) {
    if (isError(error, "BUFFER_OVERRUN") || isError(error, "INVALID_ARGUMENT")) throw malformed("it is not an RLP list", error);
    throw error;
  }
  // Decoders forgive lengths that are longer than they need be; one transaction must have one encoding.
  if (encodeRlp(items) !== toHex(body)) throw malformed("its encoding is not canonical");
  if (!Array.isArray(items) || items.length !== FIELDS.length) {
    throw malformed(`it must be a list of ${FIELDS.length} fields`);
  }
  return new Map(FIELDS.map((field, i) => [field, items[i] as unknown]));
}

function refuseUnsupported(fields: ReadonlyMap<Field, unknown>): void {
  for (const [field, what] of [
    ["factoryDeps", "code published with a transaction (factoryDeps)"],
    ["paymasterParams", "paymasters"],
  ] as const) {
    const list = fields.get(field);
    if (!Array.isArray(list)) throw malformed(`${field} must be a list`);
    if (list.length > 0) throw notSupported(what);
  }
  if (fields.get("to") === "0x") throw notSupported("transactions of type 0x71 that create a contract; use type 2");
}

/**
 * The signature: 65 bytes, r ‖ s ‖ 27 or 28, in a separate field. Ethereum's three fields have the values of an unsigned
 * transaction, as viem and zksync-ethers write it: the chain's id and nothing. Any other form would be a second encoding
 * of one transaction, and its signature a second hash.
 */
function signatureIn(fields: ReadonlyMap<Field, unknown>, chainId: ChainId): EcdsaSignature {
  const unsigned = integer(fields, "v", 256) === chainId && bytesIn(fields, "r") === "0x" && bytesIn(fields, "s") === "0x";
  if (!unsigned) throw malformed(`its signature must be in customSignature, with v = ${chainId} and r and s empty`);
  const custom = fromHex(bytesIn(fields, "customSignature"));
  if (custom.length === 0) throw new TransactionFormatError("BadSignature", "the transaction has no signature");
  if (custom.length !== 65)
    throw notSupported(`signatures of contract accounts: this one has ${custom.length} bytes, ECDSA has 65`);
  const v = custom[64];
  if (v !== 27 && v !== 28) throw malformed(`its signature ends in ${v}, not in 27 or 28`);
  return { r: toHex(custom.subarray(0, 32)), s: toHex(custom.subarray(32, 64)), yParity: v === 28 ? 1 : 0 };
}

function requireSigner(digest: Hex, { r, s, yParity }: EcdsaSignature, from: Hex): void {
  // EIP-2: of the two signatures that anyone can make of one, only the lower is valid.
  if (BigInt(s) > HALF_ORDER) throw badSignature();
  let signer: Hex;
  try {
    const key = recoverPublicKey(fromHex(digest), BigInt(yParity), fromHex(r), fromHex(s));
    signer = `0x${keccak(key).slice(-40)}`;
  } catch (error) {
    if (error instanceof UnknownSignerError) throw badSignature(error);
    throw error;
  }
  if (signer === from) return;
  throw new TransactionFormatError(
    "BadSignature",
    `the transaction is sent from ${from}, but ${signer} signed it; only accounts that sign for themselves are supported`,
  );
}

function integer(fields: ReadonlyMap<Field, unknown>, field: Field, bits: number): bigint {
  const digits = bytesIn(fields, field);
  if (digits.startsWith("0x00") || digits.length > 2 + bits / 4)
    throw malformed(`${field} is not a canonical integer of at most ${bits} bits`);
  return digits === "0x" ? 0n : BigInt(digits);
}

function addressIn(fields: ReadonlyMap<Field, unknown>, field: Field): Hex {
  const address = bytesIn(fields, field);
  if (address.length !== 42) throw malformed(`${field} is not an address`);
  return address;
}

function bytesIn(fields: ReadonlyMap<Field, unknown>, field: Field): Hex {
  const value = fields.get(field);
  if (typeof value !== "string") throw malformed(`${field} must be bytes`);
  return value.toLowerCase() as Hex;
}

function hashWords(...words: readonly Hex[]): Hex {
  return keccak(...words.map((word) => fromHex(word)));
}

function malformed(reason: string, cause?: unknown): TransactionFormatError {
  return new TransactionFormatError(
    "Malformed",
    `the transaction of type 0x71 cannot be read: ${reason}`,
    cause === undefined ? {} : { cause },
  );
}

function badSignature(cause?: unknown): TransactionFormatError {
  return new TransactionFormatError(
    "BadSignature",
    "the transaction's signature is not valid",
    cause === undefined ? {} : { cause },
  );
}

function notSupported(feature: string): TransactionFormatError {
  return new TransactionFormatError("FeatureNotSupported", `this chain does not support ${feature}`);
}
