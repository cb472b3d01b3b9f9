import type { ChainIndex } from "../../../chain/index/chain-index.ts";

/** Over which transactions are counted. */
const WINDOW_MS = 10_000;

/** Transactions that a chain has put into blocks lately. */
export interface Throughput {
  /** Transactions per second that users signed or L1 queued, over the last ten seconds of the clock. */
  perSecond(): number;
}

/** Counts a chain's transactions from now on. It ends with the chain. */
export function measureThroughput(
  index: Pick<ChainIndex, "onReturn" | "countsOf" | "head"> & { onBlock(listener: (blockNumber: bigint) => void): unknown },
  nowMs: () => number,
): Throughput {
  /** When each block was made, the oldest first. */
  const made = new Map<bigint, number>();
  const forget = (): void => {
    const from = nowMs() - WINDOW_MS;
    for (const [number, at] of made) {
      if (at > from) break;
      made.delete(number);
    }
  };
  index.onBlock((number) => {
    forget();
    made.set(number, nowMs());
  });
  index.onReturn(() => {
    for (const number of [...made.keys()]) if (number > (index.head ?? 0n)) made.delete(number);
  });
  return {
    perSecond() {
      forget();
      let count = 0;
      // An operation of L1 is counted in its block only after the block's notification.
      for (const number of made.keys()) {
        const { priorityOps, signed } = index.countsOf(number);
        count += priorityOps + signed;
      }
      return (count * 1_000) / WINDOW_MS;
    },
  };
}
