import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";

const BATCH_RECORD_TAG = hashTag("hyperchain.batch-record.v2");
const REFUSED_DESTINATIONS_TAG = hashTag("hyperchain.refused-destinations.v2");
/** Value of `provenSince` in a mark. */
export const NO_BATCH = 2n ** 64n - 1n;

/** Record on L1 of an executed batch, or of a chain at a time, without messages; in the order of the contracts' struct. */
export interface BatchRecord {
  readonly protocolVersion: bigint;
  readonly oldStateRoot: Hex;
  readonly newStateRoot: Hex;
  /** 0 while no chain has a second state tree. */
  readonly partition: Hex;
  /** Hash of the batch's exports in addition to its logs; 0 of a mark. */
  readonly extensions: Hex;
  readonly lastBlock: bigint;
  /** Seconds by the chain's clock. Of a mark: 0 if the chain runs, 2^64 - 1 if it has stopped. */
  readonly lastTimestamp: bigint;
  /** Seconds by L1's clock. */
  readonly executedAt: bigint;
  /** First batch of the unbroken run with proven execution that ends here: the batch's number + 1 where its own is not proven. */
  readonly provenSince: bigint;
  /** Timestamp of the batch's first block. */
  readonly firstTimestamp: bigint;
  /** Hash of the ids of chains that did not exist yet when it sent assets to them; 0 if there are none. */
  readonly refused: Hex;
}

/** Hash of the chain ids that L1 refused in a batch: keccak(tag ‖ ids, a word each), 0 if there are none. */
export function hashRefusedDestinations(chainIds: readonly bigint[]): Hex {
  if (chainIds.length === 0) return wordToHex(0n);
  return keccak(fromHex(REFUSED_DESTINATIONS_TAG), ...chainIds.map((chainId) => fromHex(wordToHex(chainId), 32)));
}

/** Eleven words of a record, in the order of its hash and of a message's proof. */
export function recordWords(record: BatchRecord): Hex[] {
  const {
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
    refused,
  } = record;
  return [
    wordToHex(protocolVersion),
    oldStateRoot,
    newStateRoot,
    partition,
    extensions,
    wordToHex(lastBlock),
    wordToHex(lastTimestamp),
    wordToHex(executedAt),
    wordToHex(provenSince),
    wordToHex(firstTimestamp),
    refused,
  ];
}

/** keccak(tag ‖ the record's words). */
export function hashBatchRecord(record: BatchRecord): Hex {
  return keccak(fromHex(BATCH_RECORD_TAG), ...recordWords(record).map((word) => fromHex(word, 32)));
}

/** Whether a record is of a mark: its number is that of a batch to come, of which it says nothing. */
export function isMark({ provenSince }: BatchRecord): boolean {
  return provenSince === NO_BATCH;
}
