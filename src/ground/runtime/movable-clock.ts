import type { Clock } from "./clock.ts";
import { HyperchainError } from "../errors/hyperchain-error.ts";

/** Time of a clock to which it can return. */
export interface ClockMark {
  /** Whole seconds since the epoch. */
  readonly seconds: bigint;
}

/**
 * The time cannot be moved, or not there; nothing has changed.
 * Remedy: choose a later time within the bound that the message names.
 */
export class ClockError extends HyperchainError<"TimeFixed" | "TimeOutOfRange"> {
  override readonly name = "ClockError";
}

/** About the year 36,800: engines take timestamps as JSON numbers. */
const LAST_SECOND = 2n ** 40n;

/**
 * A clock that can be put forward and back, by whole seconds, so that all who read it agree on the second. Timers are the
 * base clock's: moving the time makes nothing due.
 */
export class MovableClock implements Clock {
  readonly #base: Clock;
  readonly #followers = new Set<(seconds: bigint) => Promise<void>>();
  readonly #watchers = new Set<() => void>();
  readonly #preparations = new Set<() => Promise<void>>();
  #offsetSeconds = 0n;

  readonly #fixedBecause: string | undefined;

  /** `fixedBecause`: why it may not be moved; absent where it may. */
  constructor(base: Clock, { fixedBecause }: { readonly fixedBecause?: string } = {}) {
    this.#base = base;
    this.#fixedBecause = fixedBecause;
  }

  /** Total offset of the clock. */
  get offsetSeconds(): bigint {
    return this.#offsetSeconds;
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

  /** Throws ClockError where the clock cannot be moved so far. */
  requireMove(seconds: bigint): void {
    if (this.#fixedBecause !== undefined) throw new ClockError("TimeFixed", `the time cannot be moved: ${this.#fixedBecause}`);
    const then = this.nowSeconds() + seconds;
    if (then < 0n || then > LAST_SECOND)
      throw new ClockError("TimeOutOfRange", `the time can be moved up to second ${LAST_SECOND}, not to ${then}`);
  }

  /**
   * Puts the clock forward, or back by a negative number, at once. Resolves when all followers have done so too. Rejects with
   * ClockError, or as a follower does.
   */
  async moveBy(seconds: bigint): Promise<void> {
    if (seconds === 0n) return;
    this.requireMove(seconds);
    this.#offsetSeconds += seconds;
    await Promise.all([...this.#followers].map((follow) => follow(seconds)));
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Sets the clock; as `moveBy`. */
  moveTo(seconds: bigint): Promise<void> {
    return this.moveBy(seconds - this.nowSeconds());
  }

  /**
   * To be called before a user moves the clock: resolves when what was begun by the present time, and would not be taken at a
   * later one, is done or cannot be done. Rejects with ClockError where the clock cannot be moved so far.
   */
  async prepareMove(seconds: bigint): Promise<void> {
    this.requireMove(seconds);
    if (seconds === 0n) return;
    await Promise.all([...this.#preparations].map((prepare) => prepare()));
  }

  /** Delays users' moves until this preparation; returns the function that ends the delay. */
  prepare(preparation: () => Promise<void>): () => void {
    this.#preparations.add(preparation);
    return () => void this.#preparations.delete(preparation);
  }

  /**
   * Moves another clock along; returns the function that ends it. The follower receives each move
   * immediately.
   */
  follow(follower: (seconds: bigint) => Promise<void>): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** Calls back when the clock and all followers have moved; returns the function that ends it. */
  onMoved(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  mark(): ClockMark {
    return { seconds: this.nowSeconds() };
  }

  /**
   * Returns to the time of the mark, and continues from there. Does not notify followers, because the caller
   * of a return is responsible for them.
   */
  revert(mark: ClockMark): void {
    this.#offsetSeconds = mark.seconds - this.#baseSeconds();
  }

  #baseSeconds(): bigint {
    return BigInt(Math.floor(this.#base.nowMs() / 1000));
  }
}
