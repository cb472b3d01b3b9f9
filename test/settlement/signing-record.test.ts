import assert from "node:assert/strict";
import { test } from "node:test";
import { wordToHex } from "../../src/protocol/hex.ts";
import type { BatchCommitment } from "../../src/protocol/quorum.ts";
import { SigningRecord } from "../../src/settlement/signing-record.ts";
import { Random } from "../chain/state/support/random.ts";

const approval = (commitment: number, validFrom: bigint, validUntil: bigint, more: Partial<BatchCommitment> = {}): BatchCommitment => ({
  commitment: wordToHex(BigInt(commitment)), batchNumber: 7n, revertCount: 0n, validFrom, validUntil, ...more,
});

test("never approves two batches of one number for the same second", () => {
  const record = new SigningRecord();
  record.admit(approval(1, 100n, 200n));
  for (const [from, until] of [[50n, 100n], [150n, 150n], [200n, 300n], [0n, 1_000n]] as const) {
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
  // L1 takes signatures of its own count only: what a revert voided cannot clash.
  record.admit(approval(2, 100n, 400n, { revertCount: 1n }));
  assert.equal(record.freeFrom(approval(2, 0n, 0n)), 401n);
});

test("approves another batch at once after L1 has returned to an earlier state", () => {
  const record = new SigningRecord();
  record.admit(approval(1, 100n, 200n));
  record.forget();
  assert.equal(record.freeFrom(approval(2, 0n, 0n)), 0n);
  record.admit(approval(2, 100n, 200n));
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
    const asked = approval(random.below(3), from, from + BigInt(random.below(20)), { batchNumber: BigInt(random.below(20)), revertCount: BigInt(random.below(2)) });
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
