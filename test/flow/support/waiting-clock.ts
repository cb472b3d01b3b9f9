import { type Clock, systemClock } from "../../../src/ground/runtime/clock.ts";

/** The machine's clock, except that a source's wait for its aggregator ends when the test ends it. */
export class WaitingClock implements Clock {
  readonly #waitMs: number;
  readonly #waits = new Set<() => void>();

  constructor(waitSeconds: number) {
    this.#waitMs = waitSeconds * 1_000;
  }

  nowMs(): number {
    return systemClock.nowMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs !== this.#waitMs) return systemClock.after(delayMs, callback);
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
