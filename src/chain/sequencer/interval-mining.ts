import type { Clock } from "../../ground/runtime/clock.ts";

interface IntervalMiningDependencies {
  readonly clock: Clock;
  /** Makes a block of what waits, or an empty one; the runner reports its faults. */
  readonly mine: () => Promise<void>;
}

/** Makes blocks by the clock, whether or not something waits, while a user wishes so (`evm_setIntervalMining`). */
export class IntervalMining {
  readonly #dependencies: IntervalMiningDependencies;
  #cancel: (() => void) | undefined;

  constructor(dependencies: IntervalMiningDependencies) {
    this.#dependencies = dependencies;
  }

  /** `nextMs` tells how long after a block the next one is made; undefined ends it. */
  set(nextMs: (() => number) | undefined): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (nextMs === undefined) return;
    const { clock, mine } = this.#dependencies;
    this.#cancel = clock.after(nextMs(), () => {
      const armed = this.#cancel;
      const goOn = (): void => {
        // Unless another interval was set in the meantime.
        if (this.#cancel === armed) this.set(nextMs);
      };
      mine().then(goOn, () => undefined);
    });
  }
}
