import { RLP, type NestedUint8Array } from "@ethereumjs/rlp";
import { fromHex, toHex, type Hex } from "../protocol/hex.ts";
import type { ChainId } from "../protocol/ids.ts";
import type { RecordedSignature, SignedRecord, TypedRecord } from "../protocol/input-records.ts";
import { EIP712_TYPE, rawOfTyped, typedRecord } from "./eip712-transaction.ts";
import { nestsTooDeep } from "./rlp-depth.ts";
import { TransactionFormatError } from "./transaction-format-error.ts";

/** EIP-2718: first byte from which an RLP list follows, as in a legacy transaction. */
const LEGACY_FROM = 0xc0;
/** Fields of a legacy transaction before its signature. */
const LEGACY_FIELDS = 6;
/** Bytes of a transaction's record around the bytes that its sender signed: kind, length, signature. */
const RECORD_HEAD = 68;
/** Kind, domain, words, length and signature of a record of type 0x71. */
const TYPED_HEAD = 1 + 32 + 320 + 3 + 64;

/** Record of a signed transaction in the inputs of its batch. The bytes must be those of a decoded transaction. */
export function recordOfTransaction(raw: Hex, chainId: ChainId): SignedRecord | TypedRecord {
  const bytes = fromHex(raw);
  const type = bytes[0] ?? 0;
  if (type === EIP712_TYPE) return typedRecord(bytes, chainId);
  if (type >= LEGACY_FROM) return legacyRecord(fieldsOf(bytes));
  const fields = fieldsOf(bytes.subarray(1));
  const signed = Uint8Array.of(type, ...RLP.encode(fields.slice(0, -3)));
  return { type: "transaction", signed: toHex(signed), ...signatureOf(numberAt(fields, -3), fields) };
}

/**
 * Inverse of `recordOfTransaction`. Whether the bytes are a transaction of the chain is found by decoding them. Throws
 * TransactionFormatError for a record that no transaction has.
 */
export function rawOfRecord(record: SignedRecord | TypedRecord, chainId: ChainId): Hex {
  if (record.type === "typed") return rawOfTyped(record, chainId);
  const bytes = fromHex(record.signed);
  const type = bytes[0] ?? 0;
  if (type >= LEGACY_FROM) return legacyRaw(fieldsOf(bytes), record);
  const fields = [...fieldsOf(bytes.subarray(1)), ...[record.yParity, record.r, record.s].map(integerBytes)];
  return toHex(Uint8Array.of(type, ...RLP.encode(fields)));
}

/** Upper bound of the bytes of a transaction's record: bytes of a decoded transaction. */
export function recordBytes(raw: Hex): number {
  const bytes = fromHex(raw);
  const type = bytes[0] ?? 0;
  if (type === EIP712_TYPE) return TYPED_HEAD + bytes.length;
  const sizeOf = (fields: Fields): number => fields.reduce<number>((sum, field) => sum + RLP.encode(field).length, 0);
  // A legacy transaction names its chain in `v`, which is not shorter than the id that is signed with two empty fields.
  if (type >= LEGACY_FROM) return RECORD_HEAD + bytes.length + 2 - sizeOf(fieldsOf(bytes).slice(-2));
  return RECORD_HEAD + bytes.length - sizeOf(fieldsOf(bytes.subarray(1)).slice(-3));
}

type Fields = NestedUint8Array;

function fieldsOf(bytes: Uint8Array): Fields {
  if (nestsTooDeep(bytes)) throw malformed("its lists are nested deeper than a transaction's");
  try {
    const fields = RLP.decode(bytes);
    if (Array.isArray(fields)) return fields;
  } catch (error) {
    throw malformed("RLP is malformed", error);
  }
  throw malformed("a list is missing");
}

function legacyRecord(fields: Fields): SignedRecord {
  const v = numberAt(fields, LEGACY_FIELDS);
  const unsigned = fields.slice(0, LEGACY_FIELDS);
  const isForChain = v >= 35n;
  // EIP-155: the chain's id and two empty fields are signed as well.
  const signed = isForChain ? [...unsigned, (v - 35n) / 2n, 0n, 0n].map(fieldBytes) : unsigned;
  // 27 and 28, or from 35 + 2 · chain id on: the first of a pair is odd.
  return { type: "transaction", signed: toHex(RLP.encode(signed)), ...signatureOf((v + 1n) % 2n, fields) };
}

function legacyRaw(fields: Fields, { yParity, r, s }: RecordedSignature): Hex {
  const isForChain = fields.length > LEGACY_FIELDS;
  const v = isForChain ? 35n + 2n * numberAt(fields, LEGACY_FIELDS) + yParity : 27n + yParity;
  return toHex(RLP.encode([...fields.slice(0, LEGACY_FIELDS), ...[v, r, s].map(integerBytes)]));
}

function signatureOf(yParity: bigint, fields: Fields): RecordedSignature {
  return { yParity, r: numberAt(fields, -2), s: numberAt(fields, -1) };
}

function numberAt(fields: Fields, place: number): bigint {
  const field: unknown = fields.at(place);
  if (!(field instanceof Uint8Array)) throw malformed("a number is missing");
  return BigInt(`0x0${toHex(field).slice(2)}`);
}

function fieldBytes(field: Fields[number] | bigint): Fields[number] {
  return typeof field === "bigint" ? integerBytes(field) : field;
}

/** A number without leading zeros. */
function integerBytes(value: bigint): Uint8Array {
  const digits = value === 0n ? "" : value.toString(16);
  return fromHex(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
}

function malformed(reason: string, cause?: unknown): TransactionFormatError {
  return new TransactionFormatError("Malformed", `the transaction cannot be read: ${reason}`, { cause });
}
