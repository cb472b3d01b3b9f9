import type { Clock } from "../../runtime/clock.ts";

export interface CommitsUnderWayDependencies {
  readonly clock: Clock;
  /** Whether batches are sealed and not committed, and sending has not been stopped. */
  readonly hasUncommitted: () => boolean;
}

/** Far more than a commit takes; a validator may not answer. */
const LONGEST_WAIT_MS = 15_000;

/** Lets others wait until sealed batches are committed, or something keeps them from it. */
export class CommitsUnderWay {
  readonly #dependencies: CommitsUnderWayDependencies;
  readonly #waiting = new Set<() => void>();
  #obstacles = 0;

  constructor(dependencies: CommitsUnderWayDependencies) {
    this.#dependencies = dependencies;
  }

  /** While this lasts, batches wait for L1: for its answer, its next block, its time, or for money there. */
  async obstructed<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#obstacles++;
    this.changed();
    try {
      return await work();
    } finally {
      this.#obstacles--;
    }
  }

  /** A batch was committed, or sending was stopped. */
  changed(): void {
    if (this.#areUnderWay()) return;
    for (const go of [...this.#waiting]) go();
  }

  /** Resolves when every sealed batch is committed, something keeps them from it, or after fifteen seconds. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#areUnderWay()) {
        resolve();
        return;
      }
      const go = (): void => {
        cancel();
        this.#waiting.delete(go);
        resolve();
      };
      const cancel = this.#dependencies.clock.after(LONGEST_WAIT_MS, go);
      this.#waiting.add(go);
    });
  }

  #areUnderWay(): boolean {
    return this.#obstacles === 0 && this.#dependencies.hasUncommitted();
  }
}
