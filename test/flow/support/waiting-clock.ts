import { type Clock, systemClock } from "../../../src/ground/runtime/clock.ts";

/** A clock, by default the machine's, except that a source's wait for its aggregator ends when the test ends it. */
export class WaitingClock implements Clock {
  readonly #waitMs: number;
  readonly #base: Clock;
  readonly #waits = new Set<() => void>();

  constructor(waitSeconds: number, base: Clock = systemClock) {
    this.#waitMs = waitSeconds * 1_000;
    this.#base = base;
  }

  nowMs(): number {
    return this.#base.nowMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs !== this.#waitMs) return this.#base.after(delayMs, callback);
    this.#waits.add(callback);
    return () => this.#waits.delete(callback);
  }

  /** Chains show their waiting batches to L1. */
  endWaits(): void {
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const end of waits) end();
  }
}
