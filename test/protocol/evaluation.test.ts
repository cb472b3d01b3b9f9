import assert from "node:assert/strict";
import { test } from "node:test";
import { createExtension } from "../../src/field/extension.ts";
import { entryLimbs, outputsEntry } from "../../src/protocol/diff-list.ts";
import { evaluateDiffList, OFF_CHAIN_POINT } from "../../src/protocol/evaluation.ts";
import { createRandomness, randomChanges, randomPoint } from "./random-batches.ts";

const random = createRandomness(11);

test("is the polynomial of the limbs: power by power in an independent extension field", () => {
  const field = createExtension(5);
  for (let i = 0; i < 5; i++) {
    const entries = [...randomChanges(random, i, 5 - i, 1000), outputsEntry(random.below(1n << 256n))];
    const point = randomPoint(random);
    // The entry count has power 0; the last limb of the list has power 1.
    const limbs = [entries.length, ...entries.flatMap(entryLimbs).reverse()];
    let power = field.one;
    let sum = field.zero;
    for (const limb of limbs) {
      sum = field.add(sum, field.scale(power, limb));
      power = field.mul(power, point);
    }
    assert.deepEqual(evaluateDiffList(entries, point), sum);
  }
});

test("at a point of the base field it is ordinary arithmetic modulo p", () => {
  const p = 2130706433n;
  const limbs = [...entryLimbs(outputsEntry(5n)), 1];
  const expected = limbs.reduce((sum, limb) => (sum * 1000n + BigInt(limb)) % p, 0n);
  assert.deepEqual(evaluateDiffList([outputsEntry(5n)], [1000, 0, 0, 0, 0]), [Number(expected), 0, 0, 0, 0]);
});

test("at the off-chain point it is the entry count", () => {
  const entries = [...randomChanges(random, 3, 4, 1000), outputsEntry(1n)];
  assert.deepEqual(evaluateDiffList(entries, OFF_CHAIN_POINT), [8, 0, 0, 0, 0]);
});
