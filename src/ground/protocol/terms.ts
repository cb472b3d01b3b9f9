import type { Hex } from "./hex.ts";

/** Terms that a chain's admin has scheduled on L1, and not withdrawn. */
export interface ScheduledTerms {
  readonly epoch: bigint;
  /** Seconds of L1's time. */
  readonly effectiveAt: bigint;
  /** Number of validators that must sign. */
  readonly threshold: bigint;
  readonly validators: readonly Hex[];
  /** The accounts that sign where these leave an operation that is overdue; threshold 0 without any. */
  readonly standby: { readonly threshold: bigint; readonly validators: readonly Hex[] };
  readonly dataAvailabilityPolicy: Hex;
  /** True if a second verifier confirms each batch before it executes. */
  readonly requiresSecondCheck: boolean;
}

/**
 * The data availability policy of a chain's batch, as a number. `firstTimestamp`: of its first block, seconds. `committedAt`:
 * by L1's time; default: before the next change.
 */
export type PolicyOf = (firstTimestamp: bigint, committedAt?: bigint) => bigint;

/** Policy of a chain at its creation. */
export interface FirstPolicy {
  readonly dataAvailabilityPolicy: Hex;
  /** Seconds. */
  readonly priorityOpWindow: bigint;
}

/**
 * The policy of any batch of a chain, past or next: `ChainSettings.forCommit` at the time of its commit. `terms` are all of the
 * chain's in the order of their epochs. A batch that begins before a change has the policy before, if L1 takes it within a window
 * of the change.
 */
export function policyOf(
  { dataAvailabilityPolicy, priorityOpWindow }: FirstPolicy,
  terms: readonly ScheduledTerms[],
  firstTimestamp: bigint,
  committedAt = firstTimestamp,
): bigint {
  const policyAt = (epoch: number): bigint => BigInt(terms[epoch]?.dataAvailabilityPolicy ?? dataAvailabilityPolicy);
  const current = terms.findLastIndex(({ effectiveAt }) => committedAt >= effectiveAt);
  const since = terms[current]?.effectiveAt ?? 0n;
  const isOlder = firstTimestamp < since && committedAt < since + priorityOpWindow;
  return policyAt(isOlder ? current - 1 : current);
}
