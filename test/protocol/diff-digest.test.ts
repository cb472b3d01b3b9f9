import assert from "node:assert/strict";
import { test } from "node:test";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { compareDigests, diffListDigest, keyDigest, valueDigest } from "../../src/ground/protocol/diff-digest.ts";
import { keyBlock, outputsEntry, type DiffEntry, type InsertionEntry } from "../../src/ground/protocol/diff-list.ts";
import { toLimbs } from "../../src/ground/protocol/word.ts";

const zero = new Array<number>(8).fill(0);
const update: DiffEntry = { type: "update", index: 70_000, isCode: true, value: (3n << 128n) | 9n };
const insertion: InsertionEntry = { type: "insertion", leafKind: 0, address: 0xabcden, slot: 1n << 255n, value: 77n };

test("a value's digest compresses its two halves under tag 3", () => {
  const limbs = toLimbs(update.value);
  assert.deepEqual(valueDigest(update.value, compress), compress(3, limbs.slice(0, 8), limbs.slice(8)));
});

test("a key chains the 32 limbs before an insertion's value under tag 4", () => {
  const block = keyBlock(0, 0xabcden, 1n << 255n);
  const first = compress(4, block.slice(0, 8), block.slice(8, 16));
  const second = compress(4, first, block.slice(16, 24));
  assert.deepEqual(keyDigest(0, 0xabcden, 1n << 255n, compress), compress(4, second, block.slice(24, 32)));
});

test("D chains head or key, then value, of every entry under tag 5, from zero", () => {
  let digest = compress(5, zero, [2, 70_000 % 65_536, 1, 0, 0, 0, 0, 0]);
  digest = compress(5, digest, valueDigest(update.value, compress));
  digest = compress(5, digest, keyDigest(0, 0xabcden, 1n << 255n, compress));
  digest = compress(5, digest, valueDigest(77n, compress));
  digest = compress(5, digest, [1, 1, 0, 0, 0, 0, 0, 0]);
  digest = compress(5, digest, valueDigest(123n, compress));
  assert.deepEqual(diffListDigest([update, insertion, outputsEntry(123n)], compress), digest);
  assert.deepEqual(diffListDigest([], compress), zero);
});

test("compares digests from element 0 on", () => {
  assert.ok(compareDigests([1, 0, 0, 0, 0, 0, 0, 0], [0, 9, 9, 9, 9, 9, 9, 9]) > 0);
  assert.ok(compareDigests([1, 2, 0, 0, 0, 0, 0, 0], [1, 3, 0, 0, 0, 0, 0, 0]) < 0);
  assert.equal(compareDigests(zero, zero), 0);
});
