import assert from "node:assert/strict";
import { test } from "node:test";
import type { SignedBatch } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import {
  mayStandbyCommit,
  proposeTerms,
  requireSignable,
  overdueReason,
  type SigningView,
} from "../../../src/chain/settlement/l1-sender/signing-view.ts";

const VIEW: SigningView = {
  revertCount: 2n,
  newest: 990n,
  now: 1_000n,
  earliest: 1_000n,
  window: 100n,
  deadline: undefined,
};
const batchOf = (priorityOpCount: bigint, lastTimestamp = 950n): SignedBatch =>
  ({ outputs: { batchNumber: 3n, priorityOpCount, lastTimestamp } }) as SignedBatch;
const EMPTY = batchOf(0n);

test("an approval ends at most one window from now, and what is proposed is accepted", () => {
  const terms = { revertCount: 2n, validFrom: 990n, validUntil: 1_100n };
  requireSignable(EMPTY, terms, VIEW);
  assert.throws(() => requireSignable(EMPTY, { ...terms, validUntil: 1_101n }, VIEW), { code: "ApprovalTooLong" });
  assert.throws(() => requireSignable(EMPTY, { ...terms, validUntil: 989n }, VIEW), { code: "ApprovalTooLong" });
  assert.deepEqual(proposeTerms(EMPTY, VIEW, 0n), { revertCount: 2n, validFrom: 990n, validUntil: 1_075n });
  // After another batch of the number.
  assert.equal(proposeTerms(EMPTY, VIEW, 995n).validFrom, 995n);
});

test("no validator signs for a count of reverts that it does not find on L1", () => {
  assert.throws(() => requireSignable(EMPTY, { revertCount: 1n, validFrom: 990n, validUntil: 1_000n }, VIEW), {
    code: "RevertCountMismatch",
  });
});

test("no approval outlives the time in which L1 takes a batch that leaves operations waiting", () => {
  const view = { ...VIEW, deadline: 960n };
  assert.equal(proposeTerms(EMPTY, view, 0n).validUntil, 1_060n);
  requireSignable(EMPTY, { revertCount: 2n, validFrom: 990n, validUntil: 1_060n }, view);
  assert.throws(() => requireSignable(EMPTY, { revertCount: 2n, validFrom: 990n, validUntil: 1_061n }, view), {
    code: "ApprovalTooLong",
  });
  // One that takes an operation is taken at any time.
  requireSignable(batchOf(1n), { revertCount: 2n, validFrom: 990n, validUntil: 1_100n }, view);
});

test("no validator signs a batch that L1 would refuse for what it leaves waiting", () => {
  const terms = { revertCount: 2n, validFrom: 990n, validUntil: 1_000n };
  // By the chain's time: the batch's last second is the deadline or later.
  assert.equal(overdueReason(batchOf(0n, 959n), { ...VIEW, deadline: 960n }), undefined);
  assert.match(overdueReason(batchOf(0n, 960n), { ...VIEW, deadline: 960n }) ?? "", /due at 960, its last block is of 960/);
  // By L1's, however far the chain's clock is held back.
  assert.equal(overdueReason(batchOf(0n, 1n), { ...VIEW, deadline: 901n }), undefined);
  assert.match(overdueReason(batchOf(0n, 1n), { ...VIEW, deadline: 900n }) ?? "", /L1's time is 1000/);
  assert.equal(overdueReason(batchOf(1n, 1n), { ...VIEW, deadline: 900n }), undefined);
  assert.throws(() => requireSignable(batchOf(0n, 1n), terms, { ...VIEW, deadline: 900n }), { code: "OperationOverdue" });
});

test("the standby may sign in the second from which on L1 takes no batch that leaves the oldest operation", () => {
  const at = (deadline: bigint | undefined) => mayStandbyCommit({ ...VIEW, deadline });
  assert.deepEqual([at(undefined), at(901n), at(900n)], [false, false, true]);
});
