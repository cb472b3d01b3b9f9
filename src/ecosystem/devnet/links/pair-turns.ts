import type { ChainId } from "../../../ground/protocol/ids.ts";

/** Two chains that make a link. */
type Pair = readonly [one: ChainId, other: ChainId];

interface Waiting {
  readonly pair: Pair;
  readonly start: () => void;
  /** Number of later requests that have begun, for each of its chains. */
  readonly overtaken: [one: number, other: number];
}

/**
 * Number of later requests for each of two chains that begin before both are reserved for the earlier one. A chain that is stuck
 * takes none, so a request for it reserves no chain.
 */
const MAX_OVERTAKEN = 4;

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
      this.#waiting = [...this.#waiting, { pair, start: resolve, overtaken: [0, 0] }];
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      for (const chainId of pair) this.#busy.delete(chainId);
      this.#startNext();
    }
  }

  /** Starts all whose two chains are free, the oldest first. A request that was overtaken often reserves its chains. */
  #startNext(): void {
    const reserved = new Set<ChainId>();
    const earlier: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const { pair, start } = waiting;
      if (pair.some((chainId) => this.#busy.has(chainId) || reserved.has(chainId))) {
        earlier.push(waiting);
        if (waiting.overtaken.every((count) => count >= MAX_OVERTAKEN)) for (const chainId of pair) reserved.add(chainId);
        continue;
      }
      for (const before of earlier) for (const i of [0, 1] as const) if (pair.includes(before.pair[i])) before.overtaken[i]++;
      for (const chainId of pair) this.#busy.add(chainId);
      start();
    }
    this.#waiting = earlier;
  }
}
