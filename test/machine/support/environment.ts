import type { RunEnvironment } from "../../../src/proofs/machine/interpreter/environment.ts";

/** Anything: the boundary that tests start from. */
export const ENVIRONMENT: RunEnvironment = {
  chainId: 1n,
  baseFee: 0n,
  blockGasLimit: 30_000_000n,
  boundary: {
    ...{ nextBatch: 3n, open: 1n, blockNumber: 99n, timestamp: 1_700_000_000n, coinbase: 0xfeen },
    ...{ blockHashes: 0n, cheatCount: 0n },
  },
};
