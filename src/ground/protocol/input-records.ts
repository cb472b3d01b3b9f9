import { PublishedInputsError } from "./published-inputs.ts";
import { fromHex, hashTag, keccak, numberToHex, toHex, wordToHex, type Hex } from "./hex.ts";
import {
  InputKind,
  kindOfImports,
  NO_INPUTS,
  noteBlock,
  noteRoot,
  noteTransaction,
  type BlockInput,
  type TransactionInput,
} from "./noted-inputs.ts";
import type { ImportedRoot } from "./rolling-hash.ts";

/** Signature of a transaction: `s` is at most half of the curve's order. */
export type RecordedSignature = Omit<TransactionInput, "signedHash">;

/** Block of a batch's inputs. Its transactions follow it. */
export interface BlockRecord extends BlockInput {
  readonly type: "block";
  /** One of `InputKind`. */
  readonly kind: bigint;
  /** Roots of an import; otherwise empty. */
  readonly roots: readonly ImportedRoot[];
}

/** Transaction of an Ethereum type. */
export interface SignedRecord extends RecordedSignature {
  readonly type: "transaction";
  /** Bytes that the sender signed. */
  readonly signed: Hex;
}

/** Transaction of type 0x71, signed as typed data (EIP-712). */
export interface TypedRecord extends RecordedSignature {
  readonly type: "typed";
  /** Hash of the domain: 32 bytes. */
  readonly domain: Hex;
  /** Numbers of the typed data in order: `TYPED_WORDS`. */
  readonly words: readonly bigint[];
  readonly data: Hex;
}

/**
 * Record of a batch's inputs. The records are everything that the proof of a batch's execution takes from its prover
 * (docs/protocol.md, published inputs).
 */
export type InputRecord = BlockRecord | SignedRecord | TypedRecord;

/** First byte of published records, as `InputsPolicy` has it. */
export const RECORDS_FORMAT = 2;
/** Numbers in the typed data of a transaction of type 0x71. */
const TYPED_WORDS = 10;
/** Maximum bytes of a block's record, without its roots. */
export const BLOCK_RECORD_BYTES = 43;
/** Bytes of a root in a block's record. */
export const ROOT_RECORD_BYTES = 64;

const TRANSACTION = 2;
const TYPED = 0x71;
const KINDS: ReadonlySet<bigint> = new Set(Object.values(InputKind));
const TYPE_HASH = hashTag(
  "Transaction(uint256 txType,uint256 from,uint256 to,uint256 gasLimit,uint256 gasPerPubdataByteLimit,uint256 maxFeePerGas," +
    "uint256 maxPriorityFeePerGas,uint256 paymaster,uint256 nonce,uint256 value,bytes data,bytes32[] factoryDeps,bytes paymasterInput)",
);
const EMPTY_HASH = keccak();

/** Format byte and records, as `InputsPolicy` takes them. Throws RangeError for a number that has no room in its field. */
export function encodeRecords(records: readonly InputRecord[]): Uint8Array {
  const parts = records.map((record) => fromHex(`0x${encodedRecord(record)}`));
  const bytes = new Uint8Array(1 + parts.reduce((sum, { length }) => sum + length, 0));
  bytes[0] = RECORDS_FORMAT;
  let place = 1;
  for (const part of parts) {
    bytes.set(part, place);
    place += part.length;
  }
  return bytes;
}

/** Inverse of `encodeRecords`. Throws PublishedInputsError for all other bytes. */
export function decodeRecords(bytes: Uint8Array): readonly InputRecord[] {
  if (bytes[0] !== RECORDS_FORMAT) throw new PublishedInputsError(`format ${bytes[0] ?? "missing"} is not ${RECORDS_FORMAT}`);
  const reader = new RecordReader(bytes, 1);
  const records: InputRecord[] = [];
  while (!reader.isAtEnd) records.push(reader.next());
  return records;
}

/** Hash of a batch's inputs as the proof of its execution exports it. */
export function hashRecords(records: readonly InputRecord[]): Hex {
  return records.reduce(noteRecord, NO_INPUTS);
}

/** Hashed part of a transaction's record. */
export function transactionInput(record: SignedRecord | TypedRecord): TransactionInput {
  const { yParity, r, s } = record;
  const signedHash = record.type === "typed" ? typedTransactionHash(record) : keccak(fromHex(record.signed));
  return { signedHash, yParity, r, s };
}

/** Hash that the sender of a transaction of type 0x71 signs. No code is published and no paymaster pays. */
export function typedTransactionHash({ domain, words, data }: Pick<TypedRecord, "domain" | "words" | "data">): Hex {
  const fields = [TYPE_HASH, ...words.map(wordToHex), keccak(fromHex(data)), EMPTY_HASH, EMPTY_HASH];
  const struct = keccak(...fields.map((field) => fromHex(field)));
  return keccak(Uint8Array.of(0x19, 0x01), fromHex(domain), fromHex(struct));
}

function noteRecord(before: Hex, record: InputRecord): Hex {
  if (record.type !== "block") return noteTransaction(before, transactionInput(record));
  const { kind, roots } = record;
  const noted = noteBlock(before, { ...record, kind: kind === InputKind.imports ? kindOfImports(roots.length) : kind });
  return roots.reduce(noteRoot, noted);
}

/** Digits of a record. */
function encodedRecord(record: InputRecord): string {
  if (record.type === "block") return encodedBlock(record);
  const { yParity, r, s } = record;
  const signature = digits(r, 32) + digits((yParity << 255n) | s, 32);
  const withLength = (bytes: Hex): string => digits(BigInt(bytes.length / 2 - 1), 3) + bytes.slice(2);
  if (record.type === "transaction") return digits(BigInt(TRANSACTION), 1) + withLength(record.signed) + signature;
  const words = record.words.map((word) => digits(word, 32)).join("");
  return digits(BigInt(TYPED), 1) + record.domain.slice(2) + words + withLength(record.data) + signature;
}

function encodedBlock({ kind, timestamp, parentHash, roots }: BlockRecord): string {
  const head = digits(kind, 1) + digits(timestamp, 8) + parentHash.slice(2);
  if (kind !== InputKind.imports) return head;
  const count = digits(BigInt(roots.length), 2);
  return head + count + roots.map(({ registryIndex, root }) => digits(registryIndex, 32) + root.slice(2)).join("");
}

function digits(value: bigint, bytes: number): string {
  return numberToHex(value, bytes).slice(2);
}

/** Reads records from the first byte to the last. */
class RecordReader {
  readonly #bytes: Uint8Array;
  #place: number;

  constructor(bytes: Uint8Array, place: number) {
    this.#bytes = bytes;
    this.#place = place;
  }

  get isAtEnd(): boolean {
    return this.#place === this.#bytes.length;
  }

  next(): InputRecord {
    const kind = this.#number(1);
    if (kind === BigInt(TRANSACTION)) return { type: "transaction", signed: this.#counted(), ...this.#signature() };
    if (kind === BigInt(TYPED)) return this.#typed();
    if (!KINDS.has(kind)) throw new PublishedInputsError(`the record at byte ${this.#place - 1} has the unknown kind ${kind}`);
    const block = { type: "block", kind, timestamp: this.#number(8), parentHash: this.#hex(32) } as const;
    return { ...block, roots: kind === InputKind.imports ? this.#roots() : [] };
  }

  #typed(): TypedRecord {
    const domain = this.#hex(32);
    const words = Array.from({ length: TYPED_WORDS }, () => this.#number(32));
    return { type: "typed", domain, words, data: this.#counted(), ...this.#signature() };
  }

  #roots(): readonly ImportedRoot[] {
    const count = Number(this.#number(2));
    return Array.from({ length: count }, () => ({ registryIndex: this.#number(32), root: this.#hex(32) }));
  }

  #signature(): RecordedSignature {
    const r = this.#number(32);
    const word = this.#number(32);
    return { r, yParity: word >> 255n, s: word & (2n ** 255n - 1n) };
  }

  #counted(): Hex {
    return this.#hex(Number(this.#number(3)));
  }

  #number(bytes: number): bigint {
    return BigInt(this.#hex(bytes));
  }

  #hex(length: number): Hex {
    const end = this.#place + length;
    if (end > this.#bytes.length)
      throw new PublishedInputsError(`they end at byte ${this.#bytes.length}, in the middle of a record`);
    const hex = toHex(this.#bytes.subarray(this.#place, end));
    this.#place = end;
    return hex;
  }
}
