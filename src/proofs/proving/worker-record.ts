/** Record of a fleet's worker. */
export interface WorkerInfo {
  readonly name: string;
  /** Proofs of its that were verified, and how long the last of them took, from the lease to the answer. */
  readonly proofs: number;
  readonly lastSeconds: number | undefined;
  /** Proofs that did not hold. */
  readonly refused: number;
  /** Answers for which it had no lease: too late, or a second time. */
  readonly late: number;
  /** Tasks that it did not finish. */
  readonly lost: number;
  /** Milliseconds since the epoch at which it asks in vain until then. */
  readonly refusedUntilMs: number | undefined;
}

/** In a row; then the worker is asked for nothing for a while. */
const REFUSALS_UNTIL_PAUSE = 2;
const PAUSE_MS = 600_000;
/** Names that are remembered. */
const MAX_WORKERS = 256;

type Counts = { -readonly [Field in keyof Omit<WorkerInfo, "name">]: WorkerInfo[Field] } & { inARow: number };

/** Counts what workers did, by the names that they call themselves. */
export class WorkerRecords {
  readonly #counts = new Map<string, Counts>();

  /** When the worker may ask again; undefined where it may now. */
  pausedUntil(name: string, nowMs: number): number | undefined {
    const until = this.#counts.get(name)?.refusedUntilMs;
    return until === undefined || until <= nowMs ? undefined : until;
  }

  seen(name: string): void {
    this.#of(name);
  }

  proved(name: string, seconds: number): void {
    const counts = this.#of(name);
    counts.proofs++;
    counts.lastSeconds = seconds;
    counts.inARow = 0;
  }

  lied(name: string, nowMs: number): void {
    const counts = this.#of(name);
    counts.refused++;
    counts.inARow++;
    if (counts.inARow >= REFUSALS_UNTIL_PAUSE) counts.refusedUntilMs = nowMs + PAUSE_MS;
  }

  late(name: string): void {
    this.#of(name).late++;
  }

  lost(name: string): void {
    this.#of(name).lost++;
  }

  all(nowMs: number): readonly WorkerInfo[] {
    return [...this.#counts].map(([name, { inARow: _, ...counts }]) => ({
      ...counts,
      name,
      refusedUntilMs: this.pausedUntil(name, nowMs),
    }));
  }

  /** The newest name is last, so the one of which nothing was heard for longest is forgotten first. */
  #of(name: string): Counts {
    const fresh = { proofs: 0, lastSeconds: undefined, refused: 0, late: 0, lost: 0, refusedUntilMs: undefined, inARow: 0 };
    const counts: Counts = this.#counts.get(name) ?? fresh;
    this.#counts.delete(name);
    this.#counts.set(name, counts);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= MAX_WORKERS) break;
      this.#counts.delete(oldest);
    }
    return counts;
  }
}
