import { setImmediate } from "node:timers/promises";

/**
 * Spreads pieces of work over turns of the event loop, one a turn: a burst of them does not hold up callers that wait for an
 * answer of the engine between its requests.
 */
export class EventLoopYield {
  #last: Promise<unknown> | undefined;

  /** Resolves when it is the caller's turn: at once where no other caller waits. */
  async next(): Promise<void> {
    const before = this.#last;
    const turn = before === undefined ? setImmediate() : before.then(() => setImmediate());
    this.#last = turn;
    // A caller that comes while this turn lasts comes after it; the last one leaves nothing behind.
    void turn.then(() => {
      if (this.#last === turn) this.#last = undefined;
    });
    if (before !== undefined) await before;
  }
}
