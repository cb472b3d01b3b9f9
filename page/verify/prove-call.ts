import { STATEMENT_BYTES } from "../../src/protocol/statement.ts";
import { fromHex, keccak, toHex } from "../../src/protocol/hex.ts";
import type { Hex } from "../../src/protocol/hex.ts";

/** Of `proveBatch`: contracts/interfaces/IBatchProving.sol. */
const WORD = 32;
/** Words of a StoredBatch; see contracts/types, and protocol/stored-batch.ts for their order. */
const STORED_WORDS = 24;
const FIELDS = {
  batchNumber: 0,
  protocolVersion: 8,
  commitment: 9,
  oldStateRoot: 10,
  newStateRoot: 11,
  diffDigest: 12,
  point: 13,
  evaluation: 14,
  outputsHash: 15,
} as const;

/** What a transaction to a chain's contract showed L1 to prove a batch. */
export interface ProveCall {
  readonly batchNumber: number;
  readonly protocolVersion: bigint;
  readonly commitment: Hex;
  /** What the contract keeps of the batch: the keccak of its ABI encoding. */
  readonly storedHash: Hex;
  /** What the proof proves; see protocol/statement.ts. */
  readonly statement: Uint8Array;
  readonly proof: Uint8Array;
}

/** Reads the input of a direct call of `proveBatch(StoredBatch, bytes)`. Undefined where the bytes are no such call. */
export function readProveCall(input: string): ProveCall | undefined {
  const bytes = fromHex(input).subarray(4);
  const stored = bytes.subarray(0, STORED_WORDS * WORD);
  const word = (place: number): Uint8Array => bytes.subarray(place * WORD, (place + 1) * WORD);
  const number = (place: number): bigint => BigInt(toHex(word(place)));
  if (bytes.length < (STORED_WORDS + 2) * WORD || number(STORED_WORDS) !== BigInt((STORED_WORDS + 1) * WORD)) return undefined;
  const length = number(STORED_WORDS + 1);
  const from = (STORED_WORDS + 2) * WORD;
  if (BigInt(bytes.length - from) < length) return undefined;
  const field = (name: keyof typeof FIELDS): Uint8Array => word(FIELDS[name]);
  const quintic = (name: "point" | "evaluation"): Uint8Array => field(name).subarray(0, 20);
  const statement = new Uint8Array(STATEMENT_BYTES);
  let offset = 0;
  for (const part of [
    ...([field("commitment"), field("oldStateRoot"), field("newStateRoot"), field("diffDigest")] as const),
    ...([quintic("point"), quintic("evaluation"), field("outputsHash")] as const),
  ]) {
    statement.set(part, offset);
    offset += part.length;
  }
  return {
    batchNumber: Number(number(FIELDS.batchNumber)),
    protocolVersion: number(FIELDS.protocolVersion),
    commitment: toHex(field("commitment")),
    storedHash: keccak(stored),
    statement,
    proof: bytes.subarray(from, from + Number(length)),
  };
}
