import { toHex, type Hex } from "./hex.ts";
import type { BatchNumber } from "./ids.ts";

/** First byte of a message of `DataCarrier.sol`. */
const CARRIED_PUBDATA = 7;
const [ADDRESS_BYTES, NUMBER_BYTES, WORD_BYTES] = [20, 8, 32];
/** Kind, contract, batch number, part. */
const PART_HEAD_BYTES = 1 + ADDRESS_BYTES + NUMBER_BYTES + 1;
/** Seven numbers, an address and two words. */
const WORDS_AT = 7 * NUMBER_BYTES + ADDRESS_BYTES;
const BATCH_HEAD_BYTES = WORDS_AT + 2 * WORD_BYTES;

/**
 * A batch of a chain on a chain as the latter's messages carry it to L1: all of its record that does not follow from the one
 * before.
 */
export interface CarriedBatch {
  readonly batchNumber: BatchNumber;
  /** Seconds, of the chain below. */
  readonly committedAt: bigint;
  readonly lastBlock: bigint;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  readonly lastTimestamp: bigint;
  readonly priorityOpCount: bigint;
  readonly importedRootCount: bigint;
  readonly cheatCount: bigint;
  /** Zero if no account gets the fees. */
  readonly coinbase: Hex;
  readonly importedRootsRollingHash: Hex;
  readonly newStateRoot: Hex;
  readonly pubdata: Uint8Array;
}

interface CarriedPart {
  readonly batchNumber: BatchNumber;
  readonly part: number;
  readonly bytes: Uint8Array;
}

/** A message of a chain to L1. */
export interface CarrierMessage {
  readonly sender: Hex;
  readonly body: Uint8Array;
}

/**
 * The batches of a chain's contract in the messages of its carrier, in the order in which they were sent: one for each
 * commit, reverted ones too.
 * Messages of other senders and of other contracts' batches count for nothing, whatever they begin with.
 */
export function carriedBatches(
  messages: Iterable<CarrierMessage>,
  { carrier, hyperchain }: { readonly carrier: Hex; readonly hyperchain: Hex },
): CarriedBatch[] {
  const joined: CarriedPart[][] = [];
  for (const { sender, body } of messages) {
    if (sender !== carrier) continue;
    const part = partOf(body, hyperchain);
    if (part === undefined) continue;
    if (part.part === 0) joined.push([part]);
    else joined.at(-1)?.push(part);
  }
  return joined.flatMap((parts) => batchOf(parts) ?? []);
}

function partOf(body: Uint8Array, hyperchain: Hex): CarriedPart | undefined {
  if (body.length < PART_HEAD_BYTES || body[0] !== CARRIED_PUBDATA) return undefined;
  if (toHex(body.subarray(1, 1 + ADDRESS_BYTES)) !== hyperchain) return undefined;
  const batchNumber = viewOf(body).getBigUint64(1 + ADDRESS_BYTES);
  return { batchNumber, part: body[PART_HEAD_BYTES - 1] ?? 0, bytes: body.subarray(PART_HEAD_BYTES) };
}

/** Undefined for what the carrier does not send. */
function batchOf(parts: readonly CarriedPart[]): CarriedBatch | undefined {
  const batchNumber = parts[0]?.batchNumber;
  if (batchNumber === undefined || parts.some((part, i) => part.part !== i || part.batchNumber !== batchNumber)) return undefined;
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  if (bytes.length < BATCH_HEAD_BYTES) return undefined;
  const view = viewOf(bytes);
  const number = (place: number): bigint => view.getBigUint64(place * NUMBER_BYTES);
  const word = (place: number): Hex => {
    const start = WORDS_AT + place * WORD_BYTES;
    return toHex(bytes.subarray(start, start + WORD_BYTES));
  };
  return {
    batchNumber,
    committedAt: number(0),
    lastBlock: number(1),
    firstTimestamp: number(2),
    lastTimestamp: number(3),
    priorityOpCount: number(4),
    importedRootCount: number(5),
    cheatCount: number(6),
    coinbase: toHex(bytes.subarray(WORDS_AT - ADDRESS_BYTES, WORDS_AT)),
    importedRootsRollingHash: word(0),
    newStateRoot: word(1),
    pubdata: new Uint8Array(bytes.subarray(BATCH_HEAD_BYTES)),
  };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
