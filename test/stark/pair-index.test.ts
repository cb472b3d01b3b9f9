import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PairIndex } from "../../src/proofs/stark/constraints/pair-index.ts";
import { createRandom } from "./fuzz/random.ts";

describe("an index by a kind and two operands", () => {
  it("has the entries of a map of texts, while it grows", () => {
    const random = createRandom(5);
    const index = new PairIndex();
    const expected = new Map<string, number>();
    for (let value = 0; value < 5000; value++) {
      const [kind, left, right] = [random.below(3), random.below(60), random.below(60)];
      const key = [kind, left, right].join();
      assert.equal(index.get(kind, left, right), expected.get(key), key);
      index.set(kind, left, right, value);
      expected.set(key, value);
    }
    for (const [key, value] of expected) {
      const [kind = 0, left = 0, right = 0] = key.split(",").map(Number);
      assert.equal(index.get(kind, left, right), value, key);
    }
    assert.ok(expected.size > 3000);
  });

  it("distinguishes kinds and the order of operands, and has room for the largest number", () => {
    const index = new PairIndex();
    const largest = 2 ** 31 - 1;
    index.set(0, 1, largest, largest);
    index.set(1, 1, largest, 0);
    assert.deepEqual([index.get(0, 1, largest), index.get(1, 1, largest), index.get(2, 1, largest)], [largest, 0, undefined]);
    assert.equal(index.get(0, largest, 1), undefined);
  });
});
