import type { Provider } from "ethers";

/**
 * L1, and the depth at which its blocks are final, including the block itself. A chain, its validators and
 * its settlement read all permanent facts from L1 with one depth. 1: the newest block counts.
 */
export interface L1AtDepth {
  readonly provider: Provider;
  readonly confirmations: number;
}

/** Number of the newest block that counts; negative before there is one. */
export function countingBlock(newest: number, confirmations: number): number {
  return newest - (confirmations - 1);
}
