import type { Clock } from "../../ground/runtime/clock.ts";

/** Time after which an executed decision that is not final counts as work: its leader may be cut off. */
const LATE_MS = 200;

/** Notices that an executed decision is not final in time: no timers of a group run without work. */
export class LateDecisions {
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #cancel: (() => void) | undefined;
  #isLate = false;

  constructor(clock: Clock, onLate: () => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** True if the nodes must continue until an executed decision is final. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** To be called with each change: `isPending` is true while an executed decision is not final. */
  watch(isPending: boolean): void {
    if (!isPending) {
      this.end();
      this.#cancel = undefined;
      this.#isLate = false;
      return;
    }
    this.#cancel ??= this.#clock.after(LATE_MS, () => {
      this.#isLate = true;
      this.#onLate();
    });
  }

  end(): void {
    this.#cancel?.();
  }
}
