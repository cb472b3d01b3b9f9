import { bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { wordToHex, type Hex } from "./hex.ts";
import type { BatchNumber } from "./ids.ts";
import { IMPORTED_ROOTS_TAG } from "./rolling-hash.ts";

/** A committed batch as the chain's contract on L1 remembers it, by its hash. */
export interface StoredBatch {
  readonly batchNumber: BatchNumber;
  readonly lastBlock: bigint;
  /** Seconds, of its first block. */
  readonly firstTimestamp: bigint;
  /** Seconds, of its last block. */
  readonly lastTimestamp: bigint;
  /** Leaves of the state tree after it; 0 where L1 cannot know. */
  readonly leafCount: bigint;
  /** Operations taken from the queue up to and including this batch. */
  readonly priorityOpTotal: bigint;
  /** L1 time of the commit, seconds. */
  readonly committedAt: bigint;
  readonly importedRootCount: bigint;
  readonly protocolVersion: bigint;
  readonly commitment: Hex;
  readonly oldStateRoot: Hex;
  readonly newStateRoot: Hex;
  readonly diffDigest: Hex;
  /** r and y: 20 bytes each. */
  readonly point: Hex;
  readonly evaluation: Hex;
  readonly outputsHash: Hex;
  readonly l2LogsTreeRoot: Hex;
  readonly importedRootsRollingHash: Hex;
  readonly flowsHash: Hex;
  /** Hash of its exports in addition to its logs. */
  readonly extensions: Hex;
  /** Root of a registry on the chain; like the fields of a second state tree 0 in versions 2 and 3. */
  readonly nestedRoot: Hex;
  readonly partitionRoot: Hex;
  readonly partition: Hex;
  readonly partitionDa: Hex;
}

/** keccak of the ABI encoding: 24 words. Throws WordError or HexError when a field does not fit. */
export function hashStoredBatch(batch: StoredBatch): Hex {
  return keccakOfWords([
    uintWord(batch.batchNumber, 64),
    uintWord(batch.lastBlock, 64),
    uintWord(batch.firstTimestamp, 64),
    uintWord(batch.lastTimestamp, 64),
    uintWord(batch.leafCount, 64),
    uintWord(batch.priorityOpTotal, 64),
    uintWord(batch.committedAt, 64),
    uintWord(batch.importedRootCount, 64),
    uintWord(batch.protocolVersion),
    bytesWord(batch.commitment),
    bytesWord(batch.oldStateRoot),
    bytesWord(batch.newStateRoot),
    bytesWord(batch.diffDigest),
    bytesWord(batch.point, 20),
    bytesWord(batch.evaluation, 20),
    bytesWord(batch.outputsHash),
    bytesWord(batch.l2LogsTreeRoot),
    bytesWord(batch.importedRootsRollingHash),
    bytesWord(batch.flowsHash),
    bytesWord(batch.extensions),
    bytesWord(batch.nestedRoot),
    bytesWord(batch.partitionRoot),
    bytesWord(batch.partition),
    bytesWord(batch.partitionDa),
  ]);
}

/** The record that stands before a chain's first batch. */
export function genesisStoredBatch(protocolVersion: bigint, stateRoot: Hex, leafCount: bigint): StoredBatch {
  const zero = wordToHex(0n);
  const point: Hex = `0x${"00".repeat(20)}`;
  return {
    batchNumber: 0n,
    lastBlock: 0n,
    firstTimestamp: 0n,
    lastTimestamp: 0n,
    leafCount,
    priorityOpTotal: 0n,
    committedAt: 0n,
    importedRootCount: 0n,
    protocolVersion,
    commitment: zero,
    oldStateRoot: zero,
    newStateRoot: stateRoot,
    diffDigest: zero,
    point,
    evaluation: point,
    outputsHash: zero,
    l2LogsTreeRoot: zero,
    importedRootsRollingHash: IMPORTED_ROOTS_TAG,
    flowsHash: zero,
    extensions: zero,
    nestedRoot: zero,
    partitionRoot: zero,
    partition: zero,
    partitionDa: zero,
  };
}
