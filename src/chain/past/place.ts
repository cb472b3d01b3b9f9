import type { Hex } from "../../ground/protocol/hex.ts";
import type { ArchivedBatch } from "../index/batch-archive.ts";
import type { IndexedChain } from "../index/chain-index.ts";
import type { IndexedMessages } from "../index/message-index.ts";
import type { HistoryContents } from "../index/state-history.ts";
import type { NamedHead } from "../model/block.ts";

/** Data of a chain at a checkpoint between two batches, without its state and its state tree. Plain data. */
export interface PlaceNotes {
  /** The newest block. */
  readonly head: NamedHead;
  /** The oldest block whose state is known. */
  readonly oldestState: bigint;
  /** Commands before it. */
  readonly commands: number;
  readonly nextBatch: bigint;
  /** Commitment of the batch before it. */
  readonly previousCommitment: Hex;
  /** Operations that the batches before it took from L1's queue. */
  readonly operationsTaken: bigint;
  /** Hashes of codes that those batches published. */
  readonly publishedCodes: readonly Hex[];
  /** Root of the genesis. */
  readonly genesisRoot: Hex;
  /** All blocks up to the head, from block 0 on. */
  readonly blocks: readonly BlockIdentity[];
  readonly index: IndexedChain;
  readonly messages: IndexedMessages;
  readonly archive: readonly ArchivedBatch[];
  readonly history: HistoryContents;
}

/** Checkpoint from which a chain can continue. */
export interface Place extends PlaceNotes {
  /** State in the witness's exported form. */
  readonly state: Uint8Array;
  /** Exported state tree. */
  readonly tree: Uint8Array;
}

/** Hashes of a block and its transactions. */
export interface BlockNames {
  readonly hash: Hex;
  readonly transactions: readonly Hex[];
}

/** Names of a block before a checkpoint, with the SHA-256 of its text, because a changed text is refused when it is read. */
export interface BlockIdentity extends BlockNames {
  readonly textHash: Hex;
}

/** A block and its transactions' receipts, as the engine told of them; JSON. */
export type BlockText = string;

/** Keeps a chain's newest place beyond its process, and all blocks before it. */
export interface PlaceStore {
  /** Blocks that are kept, from block 0 on. */
  readonly blocks: number;
  /** A kept block; undefined where it is not. */
  block(number: number): BlockText | undefined;
  /**
   * Stores new blocks, and then the checkpoint, which is requested, instead of the previous one: both or nothing. Later
   * starts skip blocks and commands before the checkpoint.
   */
  keep(blocks: AsyncIterable<BlockText>, place: () => Place): Promise<void>;
}
