import { hashRefusedDestinations, NO_BATCH, type BatchRecord } from "../../src/ground/protocol/batch-record.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../src/ground/protocol/stored-batch.ts";

/** Returns a record with a distinct value in each word that existing versions use, and with some fields replaced. */
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

/**
 * The record of a batch that L1 executes at a time, refusing what it sent to some chain ids. Its own execution is not proven
 * unless `provenSince` says otherwise.
 */
export function recordOfBatch(
  batch: StoredBatch,
  executedAt: bigint,
  refused: readonly bigint[] = [],
  provenSince: bigint = batch.batchNumber + 1n,
): BatchRecord {
  const { protocolVersion, oldStateRoot, newStateRoot, partition, extensions } = batch;
  const { lastBlock, lastTimestamp, firstTimestamp } = batch;
  return {
    protocolVersion,
    oldStateRoot,
    newStateRoot,
    partition,
    extensions,
    lastBlock,
    lastTimestamp,
    executedAt,
    provenSince,
    firstTimestamp,
    refused: hashRefusedDestinations(refused),
  };
}

/** The record of a mark of a chain at a time. */
export function recordOfMark(
  chain: { readonly protocolVersion: bigint; readonly stateRoot: Hex; readonly lastBlock: bigint; readonly exited: boolean },
  executedAt: bigint,
): BatchRecord {
  const { protocolVersion, stateRoot, lastBlock, exited } = chain;
  const zero = wordToHex(0n);
  const time = exited ? NO_BATCH : 0n;
  return {
    protocolVersion,
    oldStateRoot: stateRoot,
    newStateRoot: stateRoot,
    partition: zero,
    extensions: zero,
    lastBlock,
    lastTimestamp: time,
    executedAt,
    provenSince: NO_BATCH,
    firstTimestamp: time,
    refused: zero,
  };
}
