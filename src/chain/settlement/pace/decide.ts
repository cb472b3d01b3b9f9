/** When a chain's proofs go to L1. What is absent delays nothing. */
export interface PaceRules {
  /** Age of the oldest proof that waits at which all go; seconds since its batch's last block. */
  readonly maxAgeSeconds?: number | undefined;
  /** Proofs that wait at which all go. */
  readonly maxBatches?: number | undefined;
  /** L1's base fee above which they wait all the same. */
  readonly maxGasPriceWei?: number | undefined;
  /** Age of the oldest one at which all go whatever the other rules say. Default 3,600, or `maxAgeSeconds` if that is longer. */
  readonly atLatestSeconds?: number | undefined;
  /** Proofs that wait at which all go whatever the other rules say. Default: MAX_UNEXECUTED_BATCHES. */
  readonly atMostBatches?: number | undefined;
}

/** Proofs that are made and not on their way to L1. */
export interface WaitingProofs {
  /** At least one. */
  readonly count: number;
  /** Time of the oldest batch's last block. */
  readonly oldestSeconds: bigint;
}

/**
 * Number of sealed batches that L1 has not executed at which a chain stops sealing: then all their proofs are sent,
 * because operations of L1's queue, which have deadlines, wait for them.
 */
export const MAX_UNEXECUTED_BATCHES = 8;

const DEFAULT_AT_LATEST_SECONDS = 3_600;
/** Block time of Ethereum, in which its base fee changes once. */
const L1_BLOCK_SECONDS = 12;

/** True if the rules can delay a proof. */
export function delaysProofs({ maxAgeSeconds, maxBatches, maxGasPriceWei }: PaceRules): boolean {
  return maxAgeSeconds !== undefined || maxBatches !== undefined || maxGasPriceWei !== undefined;
}

/** Longest wait that the rules allow, in seconds after a batch's last block; 0 where they delay nothing. */
export function longestWaitSeconds(rules: PaceRules): number {
  if (!delaysProofs(rules)) return 0;
  return rules.atLatestSeconds ?? Math.max(DEFAULT_AT_LATEST_SECONDS, rules.maxAgeSeconds ?? 0);
}

/** Seconds until the rules are to be asked again; 0: the proofs that wait go now. `gasPriceWei` is L1's base fee. */
export function decidePace(
  rules: PaceRules,
  { count, oldestSeconds }: WaitingProofs,
  nowSeconds: bigint,
  gasPriceWei: bigint,
): number {
  const { maxAgeSeconds, maxBatches, maxGasPriceWei, atMostBatches = MAX_UNEXECUTED_BATCHES } = rules;
  const age = Number(nowSeconds - oldestSeconds);
  const untilLatest = longestWaitSeconds(rules) - age;
  if (count >= atMostBatches || untilLatest <= 0) return 0;
  const untilDue = secondsUntilDue({ maxAgeSeconds, maxBatches }, count, age);
  if (untilDue > 0) return Math.min(untilDue, untilLatest);
  const isDear = maxGasPriceWei !== undefined && gasPriceWei > BigInt(maxGasPriceWei);
  return isDear ? Math.min(L1_BLOCK_SECONDS, untilLatest) : 0;
}

function secondsUntilDue(
  { maxAgeSeconds, maxBatches }: Pick<PaceRules, "maxAgeSeconds" | "maxBatches">,
  count: number,
  age: number,
): number {
  const isUnbound = maxAgeSeconds === undefined && maxBatches === undefined;
  if (isUnbound || (maxBatches !== undefined && count >= maxBatches)) return 0;
  return maxAgeSeconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, maxAgeSeconds - age);
}
