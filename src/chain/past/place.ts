import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import { NamedError } from "../../errors/named-error.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { ArchivedBatch } from "../index/batch-archive.ts";
import type { IndexedChain } from "../index/chain-index.ts";
import type { IndexedMessages } from "../index/message-index.ts";
import type { KnownHistory } from "../index/state-history.ts";
import type { NamedHead } from "../model/block.ts";

/** What a chain knows at a place between two batches, beside its state and its state tree. Plain data. */
export interface PlaceNotes {
  /** The newest block. */
  readonly head: NamedHead;
  /** The oldest block whose state is known. */
  readonly oldestState: bigint;
  /** Commands before it. */
  readonly commands: number;
  readonly nextBatch: bigint;
  /** Of the batch before it. */
  readonly previousCommitment: Hex;
  /** Operations that the batches before it took from L1's queue. */
  readonly operationsTaken: bigint;
  /** Hashes of codes that those batches published. */
  readonly publishedCodes: readonly Hex[];
  /** Codes of the state that create contracts. */
  readonly creators: readonly Hex[];
  /** Of the genesis. */
  readonly genesisRoot: Hex;
  /** All blocks up to the head, from block 0 on. */
  readonly blocks: readonly BlockNames[];
  readonly index: IndexedChain;
  readonly messages: IndexedMessages;
  readonly archive: readonly ArchivedBatch[];
  readonly history: KnownHistory;
}

/** A place, to go on from. */
export interface Place extends PlaceNotes {
  /** As the witness exports it. */
  readonly state: Uint8Array;
  /** As the state tree exports itself. */
  readonly tree: Uint8Array;
}

/** What a block and its transactions are called. */
export interface BlockNames {
  readonly hash: Hex;
  readonly transactions: readonly Hex[];
}

/** A block and its transactions' receipts, as the engine told of them; JSON. */
export type ToldBlockText = string;

/** Keeps a chain's newest place beyond its process, and all blocks before it. */
export interface PlaceStore {
  /** Blocks that are kept, from block 0 on. */
  readonly blocks: number;
  /** A kept block; undefined where it is not. */
  block(number: number): ToldBlockText | undefined;
  /**
   * Keeps the blocks that come to those that are kept, and then the place, which is asked for, instead of the one before it: both
   * or nothing.
   */
  keep(blocks: AsyncIterable<ToldBlockText>, place: () => Place): Promise<void>;
}

/** Of what a place is written in; another one cannot be read. */
const VERSION = 1;

/** What a place consists of on disk. */
export interface PlaceParts {
  readonly notes: Uint8Array;
  readonly state: Uint8Array;
  readonly tree: Uint8Array;
}

export function encodePlace({ state, tree, ...notes }: Place): PlaceParts {
  const sums = { state: checksum(state), tree: checksum(tree) };
  return { notes: serialize({ version: VERSION, sums, notes }), state, tree };
}

/** Inverse of `encodePlace`. Throws PlaceError for parts of another version, or that do not belong together. */
export function decodePlace({ notes: bytes, state, tree }: PlaceParts): Place {
  const { version, sums, notes } = deserialize(bytes) as {
    readonly version: number;
    readonly sums: { readonly state: string; readonly tree: string };
    readonly notes: PlaceNotes;
  };
  if (version !== VERSION) throw new PlaceError("OtherFormat", `it has format ${version}, this software reads ${VERSION}`);
  if (sums.state !== checksum(state) || sums.tree !== checksum(tree)) throw new PlaceError("Damaged", "its parts are damaged");
  return { ...notes, state, tree };
}

function checksum(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A place cannot be read. */
export class PlaceError extends NamedError<"OtherFormat" | "Damaged" | "RootMismatch"> {
  override readonly name = "PlaceError";
}
