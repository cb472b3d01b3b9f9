import assert from "node:assert/strict";
import { test } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { PendingBatch } from "../../src/chain/node/settling/pending-batch.ts";
import type { StoredBatch } from "../../src/ground/protocol/stored-batch.ts";

const batch = { commitment: "0xaa" } as unknown as FormedBatch;
const stored = { batchNumber: 5n } as unknown as StoredBatch;

test("a batch that an earlier process proved is settled with that proof, whose time is not known", async () => {
  const pending = new PendingBatch(batch, { commitment: "0xaa", proof: "0x010203" });
  assert.deepEqual(pending.resolve(stored), { batch, stored, proof: { bytes: 3, metrics: undefined }, receipts: {} });
  assert.equal((await pending.outcome).stored, stored);
});

test("a proof of another batch of its number is not taken for its own", async () => {
  const pending = new PendingBatch(batch, { commitment: "0xbb", proof: "0x010203" });
  assert.equal(pending.resolve(stored), undefined);
  await assert.rejects(pending.outcome, /batch 5 was executed with a proof that this chain did not make/);
});
