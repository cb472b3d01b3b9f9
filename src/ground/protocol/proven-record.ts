import { fromHex, keccak, toHex, type Hex } from "./hex.ts";
import type { AggregatedFields } from "./aggregate.ts";
import { STATEMENT_BYTES } from "./statement.ts";

const WORD = 32;
/** Bytes of a StoredBatch's ABI encoding; see stored-batch.ts for the order of its words. */
export const STORED_BATCH_BYTES = 24 * WORD;
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

/** Proof data in a batch's record. */
export interface ProvenRecord {
  readonly batchNumber: number;
  readonly protocolVersion: bigint;
  readonly commitment: Hex;
  /** Hash of the batch in the chain's contract on L1: the keccak of the ABI encoding. */
  readonly storedHash: Hex;
  /** Public values of the proof of its changes; see statement.ts. */
  readonly statement: Uint8Array;
  /** Fields that a proof of its execution is about. */
  readonly fields: AggregatedFields["batch"];
}

/** Reads the ABI encoding of a StoredBatch. Undefined for bytes of another length; HexError for what is not hex. */
export function readProvenRecord(storedBatch: string): ProvenRecord | undefined {
  const stored = fromHex(storedBatch);
  if (stored.length !== STORED_BATCH_BYTES) return undefined;
  const field = (name: keyof typeof FIELDS): Uint8Array => stored.subarray(FIELDS[name] * WORD, (FIELDS[name] + 1) * WORD);
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
  const hex = (name: keyof typeof FIELDS): Hex => toHex(field(name));
  const [batchNumber, protocolVersion] = [BigInt(hex("batchNumber")), BigInt(hex("protocolVersion"))];
  const commitment = hex("commitment");
  return {
    batchNumber: Number(batchNumber),
    protocolVersion,
    commitment,
    storedHash: keccak(stored),
    statement,
    fields: {
      batchNumber,
      protocolVersion,
      commitment,
      oldStateRoot: hex("oldStateRoot"),
      newStateRoot: hex("newStateRoot"),
      diffDigest: hex("diffDigest"),
      outputsHash: hex("outputsHash"),
      point: toHex(quintic("point")),
      evaluation: toHex(quintic("evaluation")),
    },
  };
}

/** Batch in an answer about a proof, with the ABI encoding of its record; nothing here is believed. */
interface ShownBatch {
  readonly chainId: number;
  readonly number: number;
  readonly storedBatch: string;
}

/**
 * Batches of a proof of execution, by their records. Undefined for an answer with a record of another length or of another
 * number, or with an invalid chain id; HexError for a record that is not hex.
 */
export function provenBatches(batches: readonly ShownBatch[]): readonly AggregatedFields[] | undefined {
  const proven = batches.flatMap(({ chainId, number, storedBatch }) => {
    const record = readProvenRecord(storedBatch);
    const isChainId = Number.isSafeInteger(chainId) && chainId > 0;
    return record === undefined || !isChainId || record.batchNumber !== number
      ? []
      : [{ chainId: BigInt(chainId), batch: record.fields }];
  });
  return proven.length === batches.length ? proven : undefined;
}
