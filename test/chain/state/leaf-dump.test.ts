import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { Random } from "./support/random.ts";

const dependencies = { compressor: referenceCompressor };
const HEADER_BYTES = 40;
const LEAF_BYTES = 65;

function sampleTree(): StateTree {
  const random = new Random(1);
  const tree = StateTree.genesis([{ leafKind: 2, address: 1n, slot: 0n, value: 5n }], dependencies);
  const write = () => ({ leafKind: 0 as const, address: 2n, slot: random.bits(256), value: random.bits(256) });
  tree.apply(Array.from({ length: 4 }, write), 1n);
  tree.apply(Array.from({ length: 3 }, write), 2n);
  return tree;
}

describe("dump of a state tree", () => {
  test("restores a tree that continues like the original", () => {
    const tree = sampleTree();
    const dump = tree.export();
    // At an odd offset, as a slice of a larger file would be.
    const shifted = new Uint8Array(dump.length + 1);
    shifted.set(dump, 1);
    const restored = StateTree.import(shifted.subarray(1), dependencies);
    assert.deepEqual(restored.root, tree.root);
    const writes = [
      { leafKind: 2 as const, address: 1n, slot: 0n, value: 6n },
      { leafKind: 1 as const, address: 1n, slot: 0n, value: 7n },
    ];
    assert.deepEqual(restored.apply(writes, 3n), tree.apply(writes, 3n));
    assert.deepEqual(restored.export(), tree.export());
  });

  test("takes 40 bytes and 65 a leaf", () => {
    const tree = sampleTree();
    assert.equal(tree.export().length, HEADER_BYTES + LEAF_BYTES * tree.leafCount);
  });

  test("does not survive a change of any byte", () => {
    const dump = sampleTree().export();
    for (let at = 0; at < dump.length; at += 3) {
      const tampered = dump.slice();
      tampered[at]! ^= 1;
      assert.throws(() => StateTree.import(tampered, dependencies), { name: "LeafDumpError" }, `byte ${at}`);
    }
  });

  test("is refused with the reason", () => {
    const dump = sampleTree().export();
    const count = (dump.length - HEADER_BYTES) / LEAF_BYTES;
    const tampered = (change: (bytes: Uint8Array) => void): Uint8Array => {
      const bytes = dump.slice();
      change(bytes);
      return bytes;
    };
    const keysAt = HEADER_BYTES;
    const kindsAt = HEADER_BYTES + 64 * count;
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(0), "dump-format"],
      [dump.subarray(0, 39), "dump-format"],
      [tampered((bytes) => bytes.fill(0, 0, 4)), "dump-format"],
      [dump.subarray(0, -1), "dump-length"],
      [tampered((bytes) => (bytes[4]! += 1)), "dump-length"],
      [tampered((bytes) => (bytes[keysAt] = 1)), "dump-sentinel"],
      [tampered((bytes) => (bytes[keysAt + 32 + 3] = 0xff)), "dump-key"],
      [tampered((bytes) => bytes.copyWithin(keysAt + 64, keysAt + 32, keysAt + 64)), "dump-key"],
      [tampered((bytes) => (bytes[kindsAt + 2] = 4)), "dump-kind"],
      [tampered((bytes) => (bytes[kindsAt + 2] = 1)), "dump-root"],
      [tampered((bytes) => (bytes[keysAt + 32 * count] = 1)), "dump-root"],
    ];
    for (const [bytes, code] of cases) {
      assert.throws(() => StateTree.import(bytes, dependencies), { name: "LeafDumpError", code });
    }
    assert.throws(() => StateTree.import(dump, dependencies, { maxLeafCount: count - 1 }), { code: "dump-length" });
  });
});
