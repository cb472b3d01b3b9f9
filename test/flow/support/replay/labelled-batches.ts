import type { LabelledBatch } from "./outcomes.ts";

/** The flow suite's batches that have no proof, by file, each with the reason. All others can be proven. */
export const LABELLED_BATCHES: Readonly<Record<string, readonly LabelledBatch[]>> = {
  // Its random workload calls precompiled contracts (test/contracts/solidity/chain/Workload.sol).
  "test/flow/reconstruct-tampering.test.ts": [{ chain: 271, batch: 0, reason: "unsupported-precompile" }],
};
