/** Entries of one kind, in order: what happened to one member of an ecosystem. Each is a text that its writer can read. */
export interface LedgerStream {
  readonly length: number;
  /** From the one at `from` on, by default the first; nothing is to be written meanwhile. Throws LedgerError Damaged. */
  entries(from?: number): Iterable<string>;
  /** Entry at this position; undefined if there is none. Throws LedgerError Damaged. */
  entry(position: number): string | undefined;
  /** Throws LedgerError Unwritable. */
  append(entry: string): void;
  /** Deletes all entries after the first `length`. */
  truncate(length: number): void;
  /**
   * Lets later openings of the ledger skip the first `length` entries, because a checkpoint has their result. A damaged
   * one is then reported when it is read. Throws LedgerError Unwritable.
   */
  skip(length: number): void;
}

/** Texts by name, of which each has one value. */
export interface LedgerFacts {
  get(name: string): string | undefined;
  /** All, in the order in which they were first set. */
  all(): ReadonlyMap<string, string>;
  set(name: string, value: string): void;
  delete(name: string): void;
}

/**
 * Record of an ecosystem that outlives its process. A write is on disk when the call returns, except within
 * `together`: then at its end.
 */
export interface Ledger {
  stream(name: string): LedgerStream;
  facts(name: string): LedgerFacts;
  /**
   * Makes all that is written meanwhile one change, other writers' included: it is kept as a whole when the work ends. Where the
   * work fails, nothing of it is, and the ledger takes nothing more: memory and disk are then apart. May be nested.
   */
  together<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when all that was written is on disk. Rejects where it is lost. */
  durable(): Promise<void>;
  /** Writes what is kept at one moment into a folder that has no ledger; works of `together` are awaited. Rejects as they do. */
  copyTo(folder: string): Promise<void>;
  /**
   * Throws LedgerError Damaged if something is missing, or is not what was written, of any stream or facts; skipped
   * entries are not read.
   */
  requireWhole(): void;
  /** Deletes everything after a failed start. */
  clear(): void;
  close(): void;
}
