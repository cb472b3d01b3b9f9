import type { BatchRecord } from "../../src/protocol/batch-record.ts";
import { wordToHex } from "../../src/protocol/hex.ts";

/** A record with a value of its own in each word that versions so far use, and some fields replaced. */
export function sampleRecord(fields: Partial<BatchRecord> = {}): BatchRecord {
  return {
    protocolVersion: 1n,
    oldStateRoot: wordToHex(0x0a0b0c0dn),
    newStateRoot: wordToHex(0x0e0f0a0bn),
    partition: wordToHex(0n),
    extensions: wordToHex(0n),
    lastBlock: 5n,
    lastTimestamp: 6_006n,
    executedAt: 7_007n,
    provenSince: 8n,
    firstTimestamp: 6_000n,
    refused: wordToHex(0n),
    ...fields,
  };
}
