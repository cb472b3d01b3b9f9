import type { Clock } from "../../../ground/runtime/clock.ts";

interface CommitsUnderWayDependencies {
  readonly clock: Clock;
  /** Numbers of the batches that are sealed and not committed, in any order; none where sending has been stopped. */
  readonly uncommitted: () => readonly bigint[];
}

/** Far more than a commit takes; a validator may not answer. */
const LONGEST_WAIT_MS = 15_000;

/** Lets others wait until sealed batches are committed, or something keeps them from it. */
export class CommitsUnderWay {
  readonly #dependencies: CommitsUnderWayDependencies;
  /** Waiting callbacks, each with the newest batch that it waits for. */
  readonly #waiting = new Map<() => void, bigint>();
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
    const underWay = this.#underWay();
    for (const [go, newest] of [...this.#waiting]) if (!underWay.some((number) => number <= newest)) go();
  }

  /**
   * Resolves when every batch that is sealed now is committed, something keeps them from it, or after fifteen seconds. Those that
   * are sealed meanwhile are not waited for: on a busy chain there always are some.
   */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      const underWay = this.#underWay();
      const [first] = underWay;
      if (first === undefined) {
        resolve();
        return;
      }
      const go = (): void => {
        cancel();
        this.#waiting.delete(go);
        resolve();
      };
      const cancel = this.#dependencies.clock.after(LONGEST_WAIT_MS, go);
      this.#waiting.set(
        go,
        underWay.reduce((a, b) => (a > b ? a : b), first),
      );
    });
  }

  #underWay(): readonly bigint[] {
    return this.#obstacles === 0 ? this.#dependencies.uncommitted() : [];
  }
}
