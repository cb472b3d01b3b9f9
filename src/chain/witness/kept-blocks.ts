import type { Hex } from "../../ground/protocol/hex.ts";
import { placeOf, type UndoRecord } from "./flat-state.ts";

/** Blocks before the newest one whose states are kept in any case. */
const LEAST_KEPT_BLOCKS = 128n;
/** Changes that are kept of further blocks: some 100 bytes each. */
const MANY_CHANGES = 200_000;
/** Changes that are kept at all. */
const MOST_CHANGES = 2_000_000;

/** Changes of a block, or of a cheat after it: accounts and slots, each once for a number, with their values before. */
export interface BlockChanges {
  readonly number: bigint;
  /** Undefined for a cheat's. */
  readonly hash: Hex | undefined;
  readonly records: readonly UndoRecord[];
}

/** A place to return to. */
export interface RecentBlocksMark {
  readonly length: number;
  readonly newest: bigint;
  readonly oldest: bigint;
}

/** The changes of recent blocks, by which earlier states can be read: every block's, until there are too many of them. */
export class RecentBlocks {
  #entries: BlockChanges[] = [];
  /** Entries that were dropped before those. */
  #dropped = 0;
  #changes = 0;
  #oldest: bigint | undefined;
  #newest = 0n;

  /** The block that has the first state. The highest one counts. */
  begin(number: bigint): void {
    if (this.#oldest !== undefined && number <= this.#oldest) return;
    this.#oldest = this.#newest = number;
  }

  /** Restores these entries and continues after them. */
  restore(entries: readonly BlockChanges[], { oldest, newest }: Pick<RecentBlocksMark, "oldest" | "newest">): void {
    this.#oldest = oldest;
    this.#newest = newest;
    for (const entry of entries) this.#push(entry);
  }

  /** A block has been executed. */
  add(number: bigint, hash: Hex, records: readonly UndoRecord[]): void {
    this.#oldest ??= number - 1n;
    this.#newest = number;
    this.#push({ number, hash, records: firstOfEach(records) });
    while (this.#isFull()) this.#dropOldest();
  }

  /** The newest block's state has been changed. */
  amend(records: readonly UndoRecord[]): void {
    const known = new Set<string>();
    for (let i = this.#entries.length - 1; this.#entries[i]?.number === this.#newest; i--) {
      for (const record of this.#entries[i]?.records ?? []) known.add(placeOf(record));
    }
    this.#push({
      number: this.#newest,
      hash: undefined,
      records: firstOfEach(records).filter((record) => !known.has(placeOf(record))),
    });
  }

  /** The oldest block whose state is known. */
  get oldest(): bigint {
    return this.#oldest ?? this.#newest;
  }

  /** The newest block. */
  get newest(): bigint {
    return this.#newest;
  }

  /** Entries that are kept. */
  get length(): number {
    return this.#entries.length;
  }

  /** Index of the next entry, counting the dropped ones. */
  get end(): number {
    return this.#dropped + this.#entries.length;
  }

  /** The entries from a place on; undefined where the first of them was dropped. */
  from(place: number): readonly BlockChanges[] | undefined {
    return place < this.#dropped ? undefined : this.#entries.slice(place - this.#dropped);
  }

  mark(): RecentBlocksMark {
    return { length: this.end, newest: this.#newest, oldest: this.oldest };
  }

  returnTo({ length, newest, oldest }: RecentBlocksMark): void {
    const kept = Math.max(0, length - this.#dropped);
    for (const { records } of this.#entries.splice(kept)) this.#changes -= records.length;
    this.#newest = newest;
    // Of what was dropped since, nothing comes back.
    const first = this.oldest < newest ? this.oldest : newest;
    this.#oldest = first > oldest ? first : oldest;
  }

  #push(entry: BlockChanges): void {
    this.#entries.push(entry);
    this.#changes += entry.records.length;
  }

  #isFull(): boolean {
    if (this.#changes > MOST_CHANGES) return this.#entries.length > 1;
    return this.#changes + this.#entries.length > MANY_CHANGES && this.#newest - this.oldest > LEAST_KEPT_BLOCKS;
  }

  #dropOldest(): void {
    const number = this.#entries[0]?.number ?? this.#newest;
    const later = this.#entries.findIndex((entry) => entry.number !== number);
    const gone = this.#entries.splice(0, later === -1 ? this.#entries.length : later);
    for (const { records } of gone) this.#changes -= records.length;
    this.#dropped += gone.length;
    this.#oldest = number;
  }
}

/** Values at the beginning, whatever was written afterwards. */
function firstOfEach(records: readonly UndoRecord[]): UndoRecord[] {
  const first = new Map<string, UndoRecord>();
  for (const record of records) {
    const place = placeOf(record);
    if (!first.has(place)) first.set(place, record);
  }
  return [...first.values()];
}
