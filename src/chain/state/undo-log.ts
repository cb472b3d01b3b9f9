import { NamedError } from "../../ground/errors/named-error.ts";
import type { WordArray } from "./word-array.ts";

/** Undo record of one batch: the values that its updates replaced; its insertions are the newest leaves. */
interface UndoRecord {
  readonly leafCountBefore: number;
  readonly updatedLeaves: Uint32Array;
  /** One old word per updated leaf. */
  readonly oldValues: WordArray;
}

/** A point in the tree's history that it can return to. Belongs to the tree that made it. */
export interface Snapshot {
  readonly position: number;
}

/**
 * The changes since the oldest live snapshot. Without a live snapshot nothing is recorded, so memory is proportional to
 * the changes that may still be reverted.
 */
export class UndoLog {
  #records: UndoRecord[] = [];
  /** Position of the first record kept; positions count records since the tree was made. */
  #start = 0;
  readonly #live = new Set<Snapshot>();

  get isRecording(): boolean {
    return this.#live.size > 0;
  }

  record(record: UndoRecord): void {
    if (this.isRecording) this.#records.push(record);
  }

  snapshot(): Snapshot {
    const snapshot: Snapshot = { position: this.#start + this.#records.length };
    this.#live.add(snapshot);
    return snapshot;
  }

  /**
   * Ends the snapshot and all later ones and returns the records to undo, newest first. Throws SnapshotError when the
   * snapshot has already ended or belongs to another tree.
   */
  rewind(snapshot: Snapshot): UndoRecord[] {
    this.#checkLive(snapshot);
    const records = this.#records.splice(snapshot.position - this.#start).reverse();
    // Snapshots at one position are ordered by insertion: the set keeps that order.
    let isLater = false;
    for (const other of [...this.#live]) {
      isLater ||= other === snapshot;
      if (isLater) this.#live.delete(other);
    }
    this.#trim();
    return records;
  }

  /** Ends one snapshot and keeps the state. Throws SnapshotError when it has already ended. */
  discard(snapshot: Snapshot): void {
    this.#checkLive(snapshot);
    this.#live.delete(snapshot);
    this.#trim();
  }

  #trim(): void {
    const [oldest] = this.#live;
    const keepFrom = oldest?.position ?? this.#start + this.#records.length;
    this.#records.splice(0, keepFrom - this.#start);
    this.#start = keepFrom;
  }

  #checkLive(snapshot: Snapshot): void {
    if (!this.#live.has(snapshot)) {
      throw new SnapshotError("snapshot-ended", "the snapshot was reverted to, discarded, or made by another tree");
    }
  }
}

/** A snapshot that is no longer, or never was, one of this tree's. */
export class SnapshotError extends NamedError<"snapshot-ended"> {
  override readonly name = "SnapshotError";
}
