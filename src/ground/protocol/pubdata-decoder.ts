import { NamedError } from "../errors/named-error.ts";
import type { DiffEntry } from "./diff-list.ts";
import { LeafKind, MAX_LEAF_COUNT, OUTPUTS_LEAF_INDEX } from "./domain-tags.ts";
import { keccak, toHex } from "./hex.ts";
import { MAX_L2_LOGS } from "./l2-log.ts";
import { INSERTION_KIND, LogHead, PUBDATA_HEADER_BYTES, PUBDATA_VERSION, type Pubdata, type PubdataLog } from "./pubdata.ts";

/** Why bytes are not pubdata. The same names are errors of the Solidity decoder, raised for the same bytes. */
export const PUBDATA_REJECTION_CODES = [
  "UnsupportedVersion",
  "Truncated",
  "TrailingBytes",
  "TooManyLogs",
  "UnknownLogHead",
  "OperationCountMismatch",
  "EmptyBytecode",
  "BytecodesNotAscending",
  "LeafCountBeyondLimit",
  "UnknownEntryHead",
  "LengthOutOfRange",
  "LeadingZeroByte",
  "IndexNotAscending",
  "IndexBeyondLeafCount",
  "KindReserved",
] as const;
type PubdataRejectionCode = (typeof PUBDATA_REJECTION_CODES)[number];

/** The code and the offset of the item that broke a rule. */
interface PubdataRejection {
  readonly code: PubdataRejectionCode;
  readonly offset: number;
}

/** Data of a batch that a reader of L1 has before it decodes the pubdata. */
export interface PubdataContext {
  /** Leaves before the batch. */
  readonly oldLeafCount: number;
  /** Priority operations that the batch took from the queue. */
  readonly priorityOpCount: number;
}

export type PubdataDecoding =
  | { readonly ok: true; readonly pubdata: Pubdata }
  | { readonly ok: false; readonly rejection: PubdataRejection };

/**
 * Reads pubdata strictly: bytes are accepted only if `encodePubdata` would write them. Never throws on hostile bytes. Not
 * checked, because it takes the tree's keys: the order of insertions.
 */
export function decodePubdata(bytes: Uint8Array, context: PubdataContext): PubdataDecoding {
  try {
    return { ok: true, pubdata: readPubdata(new PubdataReader(bytes), context) };
  } catch (error) {
    if (error instanceof Rejected) return { ok: false, rejection: error.rejection };
    throw error;
  }
}

/** Offset of the number of insertions in the header. */
const INSERTION_COUNT_OFFSET = 7;

/**
 * The leaf count with which L1 reads pubdata where it does not know how many leaves there are, since earlier data was
 * withheld.
 */
export function assumedLeafCount(pubdata: Uint8Array): number {
  return MAX_LEAF_COUNT - ((pubdata[INSERTION_COUNT_OFFSET] ?? 0) * 256 + (pubdata[INSERTION_COUNT_OFFSET + 1] ?? 0));
}

function readPubdata(reader: PubdataReader, { oldLeafCount, priorityOpCount }: PubdataContext): Pubdata {
  reader.require(PUBDATA_HEADER_BYTES);
  if (reader.number(1) !== PUBDATA_VERSION) reject("UnsupportedVersion", 0);
  const logCount = reader.number(2);
  const bytecodeCount = reader.number(2);
  const updateCount = reader.number(2);
  const insertionCount = reader.number(2);
  if (logCount > MAX_L2_LOGS) reject("TooManyLogs", 1);

  const logs = readLogs(reader, logCount, priorityOpCount);
  const bytecodes = readBytecodes(reader, bytecodeCount);
  if (oldLeafCount + insertionCount > MAX_LEAF_COUNT) reject("LeafCountBeyondLimit", 7);
  const changes: DiffEntry[] = [];
  let previousIndex: number = OUTPUTS_LEAF_INDEX;
  for (let i = 0; i < updateCount; i++) {
    const entry = readUpdate(reader, previousIndex, oldLeafCount);
    previousIndex = entry.index;
    changes.push(entry);
  }
  for (let i = 0; i < insertionCount; i++) changes.push(readInsertion(reader));
  if (reader.offset !== reader.length) reject("TrailingBytes", reader.offset);
  return { logs, bytecodes, changes };
}

/** Logs with a result for each operation of the batch. */
function readLogs(reader: PubdataReader, count: number, priorityOpCount: number): PubdataLog[] {
  const logs: PubdataLog[] = [];
  let missingResults = priorityOpCount;
  for (let i = 0; i < count; i++) {
    const offset = reader.offset;
    const log = readLog(reader);
    if (log.type === "priorityOp" && missingResults-- === 0) reject("OperationCountMismatch", offset);
    logs.push(log);
  }
  if (missingResults !== 0) reject("OperationCountMismatch", reader.offset);
  return logs;
}

/** Bytecodes, which ascend by hash. */
function readBytecodes(reader: PubdataReader, count: number): Uint8Array[] {
  const bytecodes: Uint8Array[] = [];
  let previousHash = "";
  for (let i = 0; i < count; i++) {
    const offset = reader.offset;
    const code = readBytecode(reader);
    const hash = keccak(code);
    if (hash <= previousHash) reject("BytecodesNotAscending", offset);
    previousHash = hash;
    bytecodes.push(code);
  }
  return bytecodes;
}

function readLog(reader: PubdataReader): PubdataLog {
  const offset = reader.offset;
  reader.require(1);
  const head = reader.number(1);
  if (head === LogHead.failedOp || head === LogHead.succeededOp) {
    return { type: "priorityOp", success: head === LogHead.succeededOp };
  }
  if (head !== LogHead.message) reject("UnknownLogHead", offset);
  reader.require(23, offset);
  const sender = toHex(reader.bytes(20));
  const length = reader.number(3);
  reader.require(length, offset);
  return { type: "message", sender, body: reader.bytes(length) };
}

function readBytecode(reader: PubdataReader): Uint8Array {
  const offset = reader.offset;
  reader.require(3);
  const length = reader.number(3);
  if (length === 0) reject("EmptyBytecode", offset);
  reader.require(length, offset);
  return reader.bytes(length);
}

function readUpdate(reader: PubdataReader, previousIndex: number, oldLeafCount: number): DiffEntry & { type: "update" } {
  const offset = reader.offset;
  reader.require(5);
  const head = reader.number(1);
  if (head >= 0x80) reject("UnknownEntryHead", offset);
  const index = reader.number(4);
  if (index <= previousIndex) reject("IndexNotAscending", offset);
  if (index >= oldLeafCount) reject("IndexBeyondLeafCount", offset);
  const value = reader.word(head % 0x40, offset);
  return { type: "update", index, isCode: head >= 0x40, value };
}

/** Kinds in the order of their numbers. */
const WRITTEN_KINDS: readonly LeafKind[] = Object.values(LeafKind);

function readInsertion(reader: PubdataReader): DiffEntry {
  const offset = reader.offset;
  reader.require(21);
  const head = reader.number(1);
  const valueLength = (head % INSERTION_KIND) + 1;
  const leafKind = WRITTEN_KINDS[Math.floor(head / INSERTION_KIND)];
  if (leafKind === undefined) reject("KindReserved", offset);
  const address = BigInt(toHex(reader.bytes(20)));
  let slot = 0n;
  if (leafKind === LeafKind.storage) {
    reader.require(1, offset);
    slot = reader.word(reader.number(1), offset);
  }
  return { type: "insertion", leafKind, address, slot, value: reader.word(valueLength, offset) };
}

class PubdataReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Rejects unless that many bytes are left, naming the item's offset. */
  require(length: number, itemOffset: number = this.#offset): void {
    if (this.#offset + length > this.#bytes.length) reject("Truncated", itemOffset);
  }

  number(length: number): number {
    return this.bytes(length).reduce((value, byte) => value * 256 + byte, 0);
  }

  bytes(length: number): Uint8Array {
    const start = this.#offset;
    this.#offset += length;
    return this.#bytes.slice(start, this.#offset);
  }

  /** A word from its significant bytes. */
  word(length: number, itemOffset: number): bigint {
    if (length > 32) reject("LengthOutOfRange", itemOffset);
    this.require(length, itemOffset);
    const bytes = this.bytes(length);
    if (bytes[0] === 0) reject("LeadingZeroByte", itemOffset);
    return length === 0 ? 0n : BigInt(toHex(bytes));
  }
}

class Rejected extends NamedError<PubdataRejectionCode> {
  override readonly name = "Rejected";
  readonly rejection: PubdataRejection;

  constructor(rejection: PubdataRejection) {
    super(rejection.code, `${rejection.code} at byte ${rejection.offset}`);
    this.rejection = rejection;
  }
}

function reject(code: PubdataRejectionCode, offset: number): never {
  throw new Rejected({ code, offset });
}
