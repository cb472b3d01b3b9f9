import type { ChainPlan } from "./plan.ts";

const DEFAULT_AT_LATEST_SECONDS = 3_600;

/** Longest wait of proofs for each other by a pace, in seconds; 0 if the pace has no wait. The wait for an aggregator is not in it. */
export function longestPaceSeconds({
  maxAgeSeconds,
  maxBatches,
  maxGasPriceWei,
  atLatestSeconds,
}: ChainPlan["settlement"]["pace"]): number {
  if ((maxAgeSeconds ?? maxBatches ?? maxGasPriceWei) === undefined) return 0;
  return atLatestSeconds ?? Math.max(DEFAULT_AT_LATEST_SECONDS, maxAgeSeconds ?? 0);
}

/** Longest time from a batch's first block to its execution on L1 by the chain's options, in seconds, without the making of proofs. */
export function longestWaySeconds({ settlement: { pace }, ordering, protocol }: ChainPlan): number {
  const age = Math.ceil((ordering.batches.maxAgeMs ?? 0) / 1_000);
  // An aggregator's time begins after the pace.
  return age + longestPaceSeconds(pace) + (pace.aggregatorSeconds ?? 0) + protocol.executionDelaySeconds;
}
