import type { Clock } from "./clock.ts";

/** What a clock showed, to return to. */
export interface ClockMark {
  /** Whole seconds since the epoch. */
  readonly seconds: bigint;
}

/**
 * A clock that can be put forward and back, by whole seconds, so that several who read it agree on the second. Timers are
 * the base clock's: moving the time makes nothing due.
 */
export class MovableClock implements Clock {
  readonly #base: Clock;
  readonly #listeners = new Set<(seconds: bigint) => void>();
  #offsetSeconds = 0n;

  constructor(base: Clock) {
    this.#base = base;
  }

  nowMs(): number {
    return this.#base.nowMs() + Number(this.#offsetSeconds) * 1000;
  }

  /** Whole seconds since the epoch. */
  nowSeconds(): bigint {
    return this.#baseSeconds() + this.#offsetSeconds;
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#base.after(delayMs, callback);
  }

  /** Puts the clock forward; back by a negative number. */
  moveBy(seconds: bigint): void {
    if (seconds === 0n) return;
    this.#offsetSeconds += seconds;
    for (const listener of this.#listeners) listener(seconds);
  }

  /** Sets the clock. */
  moveTo(seconds: bigint): void {
    this.moveBy(seconds - this.nowSeconds());
  }

  /** Calls back, at once, with each move; returns the function that ends it. */
  onMove(listener: (seconds: bigint) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  mark(): ClockMark {
    return { seconds: this.nowSeconds() };
  }

  /** Shows again what it showed at the mark, and goes on from there. Tells no listener: who returns with it knows. */
  revert(mark: ClockMark): void {
    this.#offsetSeconds = mark.seconds - this.#baseSeconds();
  }

  #baseSeconds(): bigint {
    return BigInt(Math.floor(this.#base.nowMs() / 1000));
  }
}
