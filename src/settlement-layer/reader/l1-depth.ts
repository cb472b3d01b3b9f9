import type { Provider } from "ethers";

/**
 * L1, and the depth from which on its blocks count: so many stand on one, its own included. All that a chain, its validators and
 * its settlement learn from L1 for good they read with one depth. 1: the newest block counts.
 */
export interface L1AtDepth {
  readonly provider: Provider;
  readonly confirmations: number;
}

/** Number of the newest block that counts; negative before there is one. */
export function countingBlock(newest: number, confirmations: number): number {
  return newest - (confirmations - 1);
}
