import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { policyOf, type ScheduledTerms } from "../../src/ground/protocol/terms.ts";

const policy = (number: number): Hex => `0x${number.toString(16).padStart(40, "0")}`;
const first = { dataAvailabilityPolicy: policy(10), priorityOpWindow: 100n };
const terms: readonly ScheduledTerms[] = [
  {
    epoch: 1n,
    effectiveAt: 1_000n,
    threshold: 1n,
    validators: [],
    standby: { threshold: 0n, validators: [] },
    dataAvailabilityPolicy: policy(11),
    requiresSecondCheck: false,
  },
  {
    epoch: 2n,
    effectiveAt: 2_000n,
    threshold: 1n,
    validators: [],
    standby: { threshold: 0n, validators: [] },
    dataAvailabilityPolicy: policy(12),
    requiresSecondCheck: false,
  },
];

/** Cases by hand from the contract's rule: the batch's time decides; for older batches L1's time within a window. */
const cases: readonly (readonly [firstTimestamp: bigint, committedAt: bigint | undefined, policy: bigint])[] = [
  [999n, undefined, 10n],
  [1_000n, undefined, 11n],
  [1_999n, undefined, 11n],
  [2_000n, undefined, 12n],
  [999n, 999n, 10n],
  [999n, 1_000n, 10n],
  [999n, 1_099n, 10n],
  [999n, 1_100n, 11n],
  [1_000n, 1_001n, 11n],
  [1_999n, 2_099n, 11n],
  [1_999n, 2_100n, 12n],
  // Older than two changes: L1 looks at the last one alone.
  [999n, 2_050n, 11n],
  [999n, 2_100n, 12n],
];

test("a batch has the policy of its first block's time, and the one before for a window behind a change", () => {
  for (const [firstTimestamp, committedAt, expected] of cases) {
    assert.equal(policyOf(first, terms, firstTimestamp, committedAt), expected, `${firstTimestamp} at ${committedAt}`);
  }
  assert.equal(policyOf(first, [], 5_000n), 10n);
});
