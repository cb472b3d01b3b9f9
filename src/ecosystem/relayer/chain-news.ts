import type { Log } from "ethers";

/** Fields of a log that its reader needs. */
export type ReadLog = Pick<Log, "address" | "blockNumber" | "transactionHash" | "topics" | "data">;

/** A block as the process that has made it tells it. */
export interface BlockNews {
  readonly number: number;
  readonly hash: string;
  /** All of them, in order. */
  readonly logs: readonly ReadLog[];
}

/** Notifications of a chain of this process, sent before any answer that shows their contents. */
export interface ChainNews {
  /** Another value whenever the chain has something new. */
  tip(): unknown;
  /** Calls back with each new block, and when the chain has returned to an earlier one; returns the function that ends that. */
  follow(onBlock: (block: BlockNews) => void, onReturn: () => void): () => void;
}
