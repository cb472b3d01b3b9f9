import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { KeyIndex } from "../../../src/chain/state/key-index.ts";
import { compareDigests } from "./support/hash.ts";
import { Random } from "./support/random.ts";

/** Keys that mostly differ in late elements; leaf 0 is the sentinel. */
function randomKeys(count: number, seed: number): Uint32Array {
  const random = new Random(seed);
  const seen = new Set<string>(["0,0,0,0,0,0,0,0"]);
  const keys = new Uint32Array(count * 8);
  for (let leaf = 1; leaf < count; leaf++) {
    const key = Array.from({ length: 8 }, (_, i) => (i < 6 ? random.below(3) : random.pick([0, 0x7f000000, random.below(1000)])));
    if (seen.has(key.join())) leaf--;
    else {
      seen.add(key.join());
      keys.set(key, leaf * 8);
    }
  }
  return keys;
}

const keyOf = (keys: Uint32Array, leaf: number): number[] => [...keys.subarray(leaf * 8, leaf * 8 + 8)];

describe("key index", () => {
  test("finds the low leaf of any key through thousands of insertions and removals", () => {
    const count = 2500;
    const keys = randomKeys(count, 3);
    const random = new Random(4);
    const index = new KeyIndex({ keys }, new Uint32Array(1));
    const order = Array.from({ length: count }, (_, leaf) => leaf);
    order.sort((a, b) => compareDigests(keyOf(keys, a), keyOf(keys, b)));
    const present = new Set([0]);
    const check = (leaf: number): void => {
      let at = order.indexOf(leaf);
      while (!present.has(order[at]!)) at--;
      assert.equal(index.findLow(keys, leaf * 8), order[at]);
    };
    for (let leaf = 1; leaf < count; leaf++) {
      index.insert(leaf);
      present.add(leaf);
      if (leaf % 10 === 0) for (let i = 0; i < 10; i++) check(random.below(count));
    }
    for (let leaf = 0; leaf < count; leaf++) check(leaf);
    for (let leaf = count - 1; leaf > 0; leaf--) {
      index.remove(leaf);
      present.delete(leaf);
      if (leaf % 10 === 0) for (let i = 0; i < 10; i++) check(random.below(count));
    }
    assert.equal(index.findLow(keys, 8), 0);
  });

  for (const count of [1, 2, 255, 256, 257, 511, 512, 513, 1025]) {
    test(`starts from ${count} sorted leaves and takes more on either side of each`, () => {
      // Leaf i has key 2i; the keys to look up lie on and between.
      const keys = new Uint32Array((2 * count + 2) * 8);
      for (let leaf = 0; leaf < count; leaf++) keys[leaf * 8 + 7] = 2 * leaf;
      const index = new KeyIndex(
        { keys },
        Uint32Array.from({ length: count }, (_, leaf) => leaf),
      );
      const probe = new Uint32Array(8);
      for (let key = 0; key < 2 * count + 3; key++) {
        probe[7] = key;
        assert.equal(index.findLow(probe, 0), Math.min(key >> 1, count - 1));
      }
      for (let leaf = count; leaf < 2 * count; leaf++) {
        keys[leaf * 8 + 7] = 2 * (leaf - count) + 1;
        index.insert(leaf);
      }
      for (let key = 0; key < 2 * count; key++) {
        probe[7] = key;
        assert.equal(index.findLow(probe, 0), key % 2 === 0 ? key / 2 : count + (key - 1) / 2);
      }
    });
  }

  test("refuses to remove a leaf that it does not hold", () => {
    const keys = randomKeys(3, 1);
    const index = new KeyIndex({ keys }, new Uint32Array(1));
    index.insert(1);
    assert.throws(() => index.remove(2), /leaf 2 must be in the key index/);
  });
});
