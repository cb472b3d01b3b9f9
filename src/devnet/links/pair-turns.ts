import type { ChainId } from "../../protocol/ids.ts";

/** Two chains that make a link. */
type Pair = readonly [one: ChainId, other: ChainId];

interface Waiting {
  readonly pair: Pair;
  readonly start: () => void;
}

/**
 * Turns of the pairs of chains that make links: a chain makes one link at a time, and those that wait for a chain that is stuck
 * delay no other chains. A link needs both chains at once and takes none before, so no ring of links waits for itself.
 */
export class PairTurns {
  readonly #busy = new Set<ChainId>();
  /** In the order of the requests. */
  #waiting: readonly Waiting[] = [];

  /** Runs the work when neither chain makes another link. Rejects with the work's error. */
  async run<Result>(pair: Pair, work: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((resolve) => {
      this.#waiting = [...this.#waiting, { pair, start: resolve }];
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      for (const chainId of pair) this.#busy.delete(chainId);
      this.#startNext();
    }
  }

  /** Starts all whose two chains are free, the oldest first. */
  #startNext(): void {
    this.#waiting = this.#waiting.filter(({ pair, start }) => {
      if (pair.some((chainId) => this.#busy.has(chainId))) return true;
      for (const chainId of pair) this.#busy.add(chainId);
      start();
      return false;
    });
  }
}
