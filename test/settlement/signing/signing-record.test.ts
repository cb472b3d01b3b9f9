import assert from "node:assert/strict";
import { test } from "node:test";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import type { BatchCommitment, BatchRevert } from "../../../src/ground/protocol/quorum.ts";
import { SigningRecord } from "../../../src/chain/settlement/signing/signing-record.ts";
import { Random } from "../../chain/state/support/random.ts";

const approval = (
  commitment: number,
  validFrom: bigint,
  validUntil: bigint,
  more: Partial<BatchCommitment> = {},
): BatchCommitment => ({
  commitment: wordToHex(BigInt(commitment)),
  batchNumber: 7n,
  revertCount: 0n,
  validFrom,
  validUntil,
  ...more,
});

test("attack 10: never approves two batches of one number for the same second", () => {
  const record = new SigningRecord();
  record.admit(approval(1, 100n, 200n));
  for (const [from, until] of [
    [50n, 100n],
    [150n, 150n],
    [200n, 300n],
    [0n, 1_000n],
  ] as const) {
    assert.throws(() => record.admit(approval(2, from, until)), { code: "ApprovalOverlaps" });
  }
  assert.equal(record.freeFrom(approval(2, 0n, 0n)), 201n);
  record.admit(approval(2, 201n, 300n));
  assert.throws(() => record.admit(approval(1, 300n, 300n)), { code: "ApprovalOverlaps" });
});

test("renews the approval of one batch as often as is asked, and knows numbers and counts of reverts apart", () => {
  const record = new SigningRecord();
  record.admit(approval(1, 100n, 200n));
  record.admit(approval(1, 150n, 400n));
  record.admit(approval(2, 100n, 400n, { batchNumber: 8n }));
  // L1 accepts only signatures with its current count: those that a revert voided cannot clash.
  record.admit(approval(2, 100n, 400n, { revertCount: 1n }));
  assert.equal(record.freeFrom(approval(2, 0n, 0n)), 401n);
});

test("approves another batch at once after L1 has returned to an earlier state", () => {
  const record = new SigningRecord();
  record.admit(approval(1, 100n, 200n));
  assert.equal(record.forgetAllBut(new Set()), true);
  assert.equal(record.forgetAllBut(new Set()), false);
  assert.equal(record.freeFrom(approval(2, 0n, 0n)), 0n);
  record.admit(approval(2, 100n, 200n));
});

test("continues to enforce its approvals after L1 has returned to an earlier state", () => {
  const record = new SigningRecord();
  const before = approval(1, 100n, 200n);
  record.admit(before);
  record.admit(approval(2, 201n, 300n));
  record.forgetAllBut(new Set([before.commitment]));
  assert.throws(() => record.admit(approval(2, 150n, 400n)), { code: "ApprovalOverlaps" });
  record.admit(approval(2, 201n, 400n));
});

test("lets batches be reverted from one number on only, for as long as another revert of the same count can be sent", () => {
  const revert = (firstNumber: bigint, more: Partial<BatchRevert> = {}): BatchRevert => ({
    firstNumber,
    firstBatchHash: wordToHex(firstNumber),
    lastBatchHash: wordToHex(99n),
    revertCount: 3n,
    validUntil: 200n,
    ...more,
  });
  const record = new SigningRecord([], [revert(5n)]);
  assert.throws(() => record.admitRevert(revert(4n), 200n), { code: "RevertOverlaps" });
  record.admitRevert(revert(5n, { lastBatchHash: wordToHex(100n), validUntil: 300n }), 150n);
  assert.throws(() => record.admitRevert(revert(4n), 300n), { code: "RevertOverlaps" });
  record.admitRevert(revert(4n, { validUntil: 400n }), 301n);
  record.admitRevert(revert(6n, { revertCount: 4n }), 301n);
  record.forgetAllBut(new Set());
  record.admitRevert(revert(7n, { revertCount: 4n }), 301n);
});

test("attack: a reorg of L1 undoes a revert, and the validator signs no contrary one while the first can be sent", () => {
  const revert = (firstNumber: bigint, revertCount: bigint): BatchRevert => ({
    firstNumber,
    firstBatchHash: wordToHex(1n),
    lastBatchHash: wordToHex(2n),
    revertCount,
    validUntil: 1_000n,
  });
  const record = new SigningRecord();
  record.admitRevert(revert(3n, 0n), 100n);
  // L1 has the first one, and its count is 1.
  record.admitRevert(revert(2n, 1n), 110n);
  record.expireBefore(1_000n);
  // The reorg removes both: the count is 0 again, and the first signature holds up to its last second.
  assert.throws(() => record.admitRevert(revert(5n, 0n), 1_000n), { code: "RevertOverlaps" });
  record.expireBefore(1_001n);
  record.admitRevert(revert(5n, 0n), 1_001n);
});

test("whatever it is asked for, no second has two batches of one number and count", () => {
  const seed = Number(process.env["SEED"] ?? 20261120);
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  const record = new SigningRecord();
  const admitted: BatchCommitment[] = [];
  let refused = 0;
  for (let i = 0; i < 2_000; i++) {
    const from = BigInt(random.below(500));
    const asked = approval(random.below(3), from, from + BigInt(random.below(20)), {
      batchNumber: BigInt(random.below(20)),
      revertCount: BigInt(random.below(2)),
    });
    try {
      record.admit(asked);
      admitted.push(asked);
    } catch {
      refused++;
    }
  }
  assert.ok(refused > 100 && admitted.length > 100, `seed ${seed}`);
  for (const a of admitted) {
    for (const b of admitted) {
      if (a.batchNumber !== b.batchNumber || a.revertCount !== b.revertCount || a.commitment === b.commitment) continue;
      assert.ok(a.validUntil < b.validFrom || b.validUntil < a.validFrom, `seed ${seed}`);
    }
  }
});

test("remembers an approval until it has expired on L1's clock, however many come after it", () => {
  const record = new SigningRecord();
  record.admit(approval(1, 100n, 200n));
  for (let batchNumber = 8n; batchNumber < 1_000n; batchNumber++) record.admit(approval(1, 100n, 300n, { batchNumber }));
  // L1 takes it up to its last second, which is included.
  record.expireBefore(200n);
  assert.equal(record.freeFrom(approval(2, 0n, 0n)), 201n);
  assert.throws(() => record.admit(approval(2, 200n, 250n)), { code: "ApprovalOverlaps" });
  record.expireBefore(201n);
  record.admit(approval(2, 201n, 250n));
  assert.equal(record.freeFrom(approval(2, 0n, 0n, { batchNumber: 8n })), 301n);
});

test("attack: approves nothing within the time of approvals that it has forgotten, whatever it is asked for", () => {
  const record = new SigningRecord();
  record.admit(approval(1, 100n, 200n));
  record.admit(approval(1, 100n, 150n, { batchNumber: 8n }));
  record.expireBefore(1_000n);
  for (const batchNumber of [7n, 8n]) {
    assert.throws(() => record.admit(approval(2, 150n, 250n, { batchNumber })), { code: "ApprovalOverlaps" });
    assert.equal(record.freeFrom(approval(2, 0n, 0n, { batchNumber })), 201n);
  }
  record.admit(approval(2, 201n, 250n));
});

test("forgets nothing by time where L1 returns to earlier times by command", () => {
  const record = new SigningRecord([], [], { l1Returns: true });
  record.admit(approval(1, 100n, 200n));
  record.expireBefore(1_000n);
  assert.throws(() => record.admit(approval(2, 200n, 250n)), { code: "ApprovalOverlaps" });
  assert.equal(record.freeFrom(approval(2, 0n, 0n)), 201n);
});
