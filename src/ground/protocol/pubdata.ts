import { NamedError } from "../errors/named-error.ts";
import { checkChanges, type DiffEntry, type InsertionEntry, type UpdateEntry } from "./diff-list.ts";
import { LeafKind } from "./domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "./hex.ts";
import { hashL2Log, messageLog, priorityOpLog } from "./l2-log.ts";

/** A message to L1, or the result of the batch's next priority operation. */
export type PubdataLog =
  | { readonly type: "message"; readonly sender: Hex; readonly body: Uint8Array }
  | { readonly type: "priorityOp"; readonly success: boolean };

/** Data from which L1's readers rebuild a batch's state, code and messages. */
export interface Pubdata {
  /** In the order in which L2 emitted them. */
  readonly logs: readonly PubdataLog[];
  /** Code that no earlier batch has published, ascending by keccak. */
  readonly bytecodes: readonly Uint8Array[];
  /** The diff list without its last entry: L1 knows the outputs hash itself. */
  readonly changes: readonly DiffEntry[];
}

/** First byte of the encoding. */
export const PUBDATA_VERSION = 2;
/** Version and the counts of logs, bytecodes, updates and insertions, two bytes each. */
export const PUBDATA_HEADER_BYTES = 9;

/** An insertion's head is its kind times this, plus its value's length less one. */
export const INSERTION_KIND = 0x20;

/** First byte of a log. */
export const LogHead = { failedOp: 0, succeededOp: 1, message: 2 } as const;

/**
 * The only encoding of this pubdata (layout: docs/protocol.md). Throws DiffListError for changes that are not canonical,
 * PubdataError for what the format cannot hold.
 */
export function encodePubdata(pubdata: Pubdata, oldLeafCount: number): Uint8Array {
  checkChanges(pubdata.changes, oldLeafCount);
  const updates = pubdata.changes.filter((entry) => entry.type === "update");
  const insertions = pubdata.changes.filter((entry) => entry.type === "insertion");
  const writer = new PubdataWriter();
  writer.number(PUBDATA_VERSION, 1);
  for (const items of [pubdata.logs, pubdata.bytecodes, updates, insertions]) writer.number(items.length, 2);
  for (const log of pubdata.logs) writeLog(writer, log);
  let previousHash = "";
  for (const code of pubdata.bytecodes) {
    const hash = keccak(code);
    if (code.length === 0) throw new PubdataError("EmptyBytecode", "an account without code has code value 0");
    if (hash <= previousHash) throw new PubdataError("BytecodesNotAscending", `${hash} follows ${previousHash}`);
    previousHash = hash;
    writer.number(code.length, 3);
    writer.bytes(code);
  }
  for (const entry of updates) writeUpdate(writer, entry);
  for (const entry of insertions) writeInsertion(writer, entry);
  return writer.finish();
}

/** The leaves of the batch's log tree. `canonicalTxHashes` are those of its priority operations, in queue order. */
export function pubdataLogLeaves(logs: readonly PubdataLog[], canonicalTxHashes: readonly Hex[]): Hex[] {
  const results = logs.filter((log) => log.type === "priorityOp").length;
  if (results !== canonicalTxHashes.length) {
    throw new PubdataError("OperationCountMismatch", `${results} results for ${canonicalTxHashes.length} priority operations`);
  }
  const hashes = canonicalTxHashes.values();
  return logs.map((log) =>
    hashL2Log(
      log.type === "message" ? messageLog(log.sender, log.body) : priorityOpLog(hashes.next().value ?? "0x", log.success),
    ),
  );
}

function writeLog(writer: PubdataWriter, log: PubdataLog): void {
  if (log.type === "priorityOp") {
    writer.number(log.success ? LogHead.succeededOp : LogHead.failedOp, 1);
    return;
  }
  writer.number(LogHead.message, 1);
  writer.bytes(fromHex(log.sender, 20));
  writer.number(log.body.length, 3);
  writer.bytes(log.body);
}

function writeUpdate(writer: PubdataWriter, entry: UpdateEntry): void {
  const value = significantBytes(entry.value);
  writer.number((entry.isCode ? 0x40 : 0) + value.length, 1);
  writer.number(entry.index, 4);
  writer.bytes(value);
}

function writeInsertion(writer: PubdataWriter, entry: InsertionEntry): void {
  const value = significantBytes(entry.value);
  // Never 0, so that the length less one fits five bits.
  writer.number(entry.leafKind * INSERTION_KIND + value.length - 1, 1);
  writer.bytes(fromHex(wordToHex(entry.address)).subarray(12));
  if (entry.leafKind === LeafKind.storage) {
    const slot = significantBytes(entry.slot);
    writer.number(slot.length, 1);
    writer.bytes(slot);
  }
  writer.bytes(value);
}

/** Big-endian bytes without leading zeros; none for 0. */
function significantBytes(word: bigint): Uint8Array {
  const bytes = fromHex(wordToHex(word));
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? bytes.subarray(32) : bytes.subarray(first);
}

class PubdataWriter {
  readonly #bytes: number[] = [];

  /** Big-endian. Throws PubdataError when the number needs more bytes. */
  number(value: number, length: number): void {
    if (value >= 256 ** length) throw new PubdataError("FieldOverflow", `${value} does not fit ${length} bytes`);
    for (let i = length - 1; i >= 0; i--) this.#bytes.push(Math.floor(value / 256 ** i) % 256);
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#bytes.push(byte);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

type PubdataErrorCode = "EmptyBytecode" | "BytecodesNotAscending" | "FieldOverflow" | "OperationCountMismatch";

/** Content that pubdata cannot carry. */
export class PubdataError extends NamedError<PubdataErrorCode> {
  override readonly name = "PubdataError";
}

/** keccak of encoded pubdata. */
export function hashPubdata(encoded: Uint8Array): Hex {
  return keccak(encoded);
}

/** Orders bytecodes as the format wants them, and drops repetitions. */
export function sortBytecodes(bytecodes: readonly Uint8Array[]): Uint8Array[] {
  const byHash = new Map(bytecodes.map((code) => [keccak(code), code]));
  return [...byHash.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, code]) => code);
}
