import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import type { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import type { Digest } from "../../../src/ground/protocol/state-transition-witness.ts";
import { poseidon } from "./support/hash.ts";
import { replayWitness } from "./support/replay-witness.ts";
import { SortedMapModel } from "./support/sorted-map-model.ts";

const dependencies = { compressor: referenceCompressor };
const ZERO: Digest = [0, 0, 0, 0, 0, 0, 0, 0];

const storage = (slot: bigint, value: bigint, address = 0xaan): StateWrite => ({
  leafKind: 0,
  address,
  slot,
  value,
});

/** Leaves 2 … 4 are slots 1, 2, 3 in key order, leaf 5 a code hash after batch 1. */
function smallTree(): StateTree {
  return StateTree.genesis([storage(1n, 11n), storage(2n, 12n), storage(3n, 13n)], dependencies);
}

describe("genesis", () => {
  test("hashes the sentinel and the outputs leaf alone as defined", () => {
    // Spelled out from the definitions, one compression at a time.
    const block = [3, 0, 0x800b, ...Array.from({ length: 29 }, () => 0)];
    const h1 = poseidon(4, block.slice(0, 8), block.slice(8, 16));
    const outputsKey = poseidon(4, poseidon(4, h1, ZERO), ZERO);
    const noValue = poseidon(3, ZERO, ZERO);
    const sentinel = poseidon(2, poseidon(8, ZERO, outputsKey), noValue);
    const outputs = poseidon(2, poseidon(8, outputsKey, ZERO), noValue);
    let root = poseidon(1, sentinel, outputs);
    let empty = poseidon(1, ZERO, ZERO);
    for (let level = 1; level < 32; level++) {
      root = poseidon(1, root, empty);
      empty = poseidon(1, empty, empty);
    }
    const tree = StateTree.genesis([], dependencies);
    assert.deepEqual(tree.treeRoot, root);
    assert.deepEqual(tree.root, poseidon(6, root, [2, 0, 0, 0, 0, 0, 0, 0]));
    assert.equal(tree.leafCount, 2);
  });

  test("gives the same tree whatever the order of its leaves", () => {
    const leaves = Array.from({ length: 20 }, (_, i) => storage(BigInt(i), BigInt(i + 1)));
    const tree = StateTree.genesis(leaves, dependencies);
    assert.deepEqual(StateTree.genesis(leaves.toReversed(), dependencies).root, tree.root);
    assert.deepEqual(tree.root, new SortedMapModel(poseidon, leaves).stateRoot());
  });

  test("equals the same leaves inserted by a batch, except for the outputs hash", () => {
    const leaves = Array.from({ length: 9 }, (_, i) => storage(BigInt(i), 5n));
    const tree = StateTree.genesis([], dependencies);
    tree.apply(leaves, 1n);
    const genesis = StateTree.genesis(leaves, dependencies);
    genesis.apply([], 1n);
    assert.deepEqual(tree.root, genesis.root);
  });

  test("refuses zero values, repeated keys, the outputs slot and too many leaves", () => {
    const genesis =
      (leaves: StateWrite[], maxLeafCount = 100) =>
      () =>
        StateTree.genesis(leaves, dependencies, { maxLeafCount });
    assert.throws(genesis([storage(1n, 0n)]), { code: "insertion-zero", position: 0 });
    assert.throws(genesis([storage(1n, 1n), storage(1n, 2n)]), { code: "insertion-duplicate" });
    assert.throws(genesis([storage(0n, 1n, 0x800bn)]), { code: "insertion-duplicate" });
    assert.throws(genesis([storage(1n, 1n), storage(2n, 1n)], 3), { code: "tree-full" });
    assert.equal(genesis([storage(1n, 1n), storage(2n, 1n)], 4)().leafCount, 4);
  });
});

describe("reading", () => {
  test("tells apart kinds, addresses and slots, and answers 0 for what is absent", () => {
    const leaves: StateWrite[] = [
      storage(7n, 1n, 1n),
      storage(7n, 2n, 2n),
      storage(8n, 3n, 1n),
      storage(0n, 4n, 1n),
      { leafKind: 1, address: 1n, slot: 0n, value: 5n },
      { leafKind: 2, address: 1n, slot: 0n, value: 6n },
      { leafKind: 3, address: 1n, slot: 0n, value: 7n },
    ];
    const tree = StateTree.genesis(leaves, dependencies);
    for (const leaf of leaves) assert.equal(tree.get(leaf), leaf.value);
    assert.equal(tree.get({ leafKind: 0, address: 2n, slot: 8n }), 0n);
    assert.equal(tree.indexOf({ leafKind: 0, address: 2n, slot: 8n }), undefined);
    assert.deepEqual(leaves.map((leaf) => tree.indexOf(leaf)).sort(), [2, 3, 4, 5, 6, 7, 8]);
    assert.equal(tree.indexOf({ leafKind: 0, address: 0x800bn, slot: 0n }), 1);
  });

  test("refuses keys that cannot exist", () => {
    const tree = smallTree();
    const refused = (leafKind: number, address: bigint, slot: bigint, code: string): void => {
      assert.throws(() => tree.get({ leafKind: leafKind as LeafKind, address, slot }), { name: "StateKeyError", code });
    };
    refused(4, 1n, 0n, "kind-unknown");
    refused(0, 1n << 160n, 0n, "address-out-of-range");
    refused(0, -1n, 0n, "address-out-of-range");
    refused(0, 1n, 1n << 256n, "slot-out-of-range");
    refused(0, 1n, -1n, "slot-out-of-range");
    refused(1, 1n, 1n, "slot-not-zero");
    assert.equal(tree.get({ leafKind: 0, address: (1n << 160n) - 1n, slot: (1n << 256n) - 1n }), 0n);
  });
});

describe("applying writes", () => {
  test("lists only the outputs when nothing changes", () => {
    const tree = smallTree();
    const { entries, witness, newRoot } = tree.apply([storage(1n, 11n), storage(9n, 0n)], 77n);
    assert.deepEqual(entries, [{ type: "update", index: 1, isCode: false, value: 77n }]);
    assert.equal(tree.leafCount, 5);
    assert.deepEqual(replayWitness(witness, poseidon).newRoot, newRoot);
  });

  test("ends where genesis does for more leaves than are hashed at once, and returns from there", () => {
    // Genesis and reverting hash each node once, in chunks; a batch with a witness hashes path by path.
    const compressor = createCompressor();
    const leaves = Array.from({ length: 9000 }, (_, i) => storage(BigInt(i), BigInt(i + 1)));
    const genesis = StateTree.genesis(leaves, { compressor });
    genesis.apply([], 1n);
    const tree = StateTree.genesis([], { compressor });
    const before = tree.root;
    const snapshot = tree.snapshot();
    const { entries } = tree.apply(leaves, 1n);
    assert.deepEqual(tree.root, genesis.root);
    tree.revert(snapshot);
    assert.deepEqual(tree.root, before);
    assert.deepEqual(tree.applyDiffList(entries), genesis.root);
  });

  test("keeps a leaf whose value becomes zero", () => {
    const tree = smallTree();
    const index = tree.indexOf(storage(2n, 0n));
    const { entries } = tree.apply([storage(2n, 0n)], 1n);
    assert.deepEqual(entries[0], { type: "update", index, isCode: false, value: 0n });
    assert.equal(tree.leafCount, 5);
    assert.equal(tree.apply([storage(2n, 5n)], 2n).entries[0]?.type, "update");
  });

  test("marks updates of code hashes and no others", () => {
    const code = (value: bigint): StateWrite => ({ leafKind: 2, address: 9n, slot: 0n, value });
    const account = (value: bigint): StateWrite => ({ leafKind: 1, address: 9n, slot: 0n, value });
    const tree = StateTree.genesis([code(1n), account(1n)], dependencies);
    const { entries } = tree.apply([code(2n), account(2n)], 1n);
    for (const entry of entries) {
      assert.ok(entry.type === "update");
      assert.equal(entry.isCode, entry.index === tree.indexOf(code(0n)));
    }
    assert.equal(entries.length, 3);
  });

  test("raises the working subtree when the leaf count passes a power of two", () => {
    const tree = StateTree.genesis([storage(1n, 1n), storage(2n, 1n)], dependencies);
    assert.equal(tree.apply([], 1n).witness.depth, 2);
    const { witness, newRoot } = tree.apply([storage(3n, 1n)], 2n);
    assert.equal(witness.depth, 3);
    assert.deepEqual(replayWitness(witness, poseidon).newRoot, newRoot);
    assert.equal(tree.apply([storage(4n, 1n), storage(5n, 1n), storage(6n, 1n)], 3n).witness.depth, 3);
    assert.equal(StateTree.genesis([], dependencies).apply([], 1n).witness.depth, 1);
  });

  test("handles a batch that multiplies the tree", () => {
    const tree = smallTree();
    const genesis = [storage(1n, 11n), storage(2n, 12n), storage(3n, 13n)];
    const model = new SortedMapModel(poseidon, genesis);
    const writes = Array.from({ length: 100 }, (_, i) => storage(BigInt(i), BigInt(i * i)));
    model.apply(writes, 5n);
    const { witness, newRoot } = tree.apply(writes, 5n);
    assert.deepEqual(newRoot, model.stateRoot());
    assert.deepEqual(replayWitness(witness, poseidon).newRoot, newRoot);
  });

  const refusals: [string, StateWrite[], bigint, string, number][] = [
    ["a key written twice", [storage(5n, 1n), storage(5n, 2n)], 1n, "write-duplicate", 1],
    ["a write to the outputs slot", [storage(5n, 1n), storage(0n, 2n, 0x800bn)], 1n, "outputs-written", 1],
    ["a value above 256 bits", [storage(1n, 1n << 256n)], 1n, "value-out-of-range", 0],
    ["a negative value", [storage(1n, 1n), storage(2n, -1n)], 1n, "value-out-of-range", 1],
    ["an outputs hash above 256 bits", [], 1n << 256n, "value-out-of-range", 0],
    ["the outputs hash that is already there", [storage(1n, 1n)], 0n, "outputs-unchanged", 1],
    ["more leaves than fit", [storage(4n, 1n), storage(5n, 1n), storage(6n, 1n)], 1n, "tree-full", -1],
  ];
  for (const [what, writes, outputsHash, code, position] of refusals) {
    test(`refuses ${what} and does not change`, () => {
      const leaves = [storage(1n, 11n), storage(2n, 12n), storage(3n, 13n)];
      const tree = StateTree.genesis(leaves, dependencies, { maxLeafCount: 7 });
      const before = tree.export();
      assert.throws(() => tree.apply(writes, outputsHash), { name: "ChangeSetError", code, position });
      assert.deepEqual(tree.export(), before);
    });
  }

  test("fills the tree up to its limit", () => {
    const tree = StateTree.genesis([], dependencies, { maxLeafCount: 4 });
    tree.apply([storage(1n, 1n), storage(2n, 1n)], 1n);
    assert.equal(tree.leafCount, 4);
    assert.throws(() => tree.apply([storage(3n, 1n)], 2n), { code: "tree-full" });
    tree.apply([storage(2n, 2n)], 2n);
  });
});

describe("snapshots", () => {
  test("return through several batches at once, repeatedly", () => {
    const tree = smallTree();
    const genesis = tree.export();
    const first = tree.snapshot();
    tree.apply([storage(4n, 1n), storage(1n, 0n)], 1n);
    const middle = tree.export();
    const second = tree.snapshot();
    tree.apply([storage(5n, 1n), storage(4n, 2n)], 2n);
    tree.apply([storage(6n, 1n), storage(4n, 3n)], 3n);
    tree.revert(second);
    assert.deepEqual(tree.export(), middle);
    tree.apply([storage(7n, 1n)], 4n);
    tree.revert(first);
    assert.deepEqual(tree.export(), genesis);
    const again = tree.snapshot();
    tree.apply([storage(4n, 1n), storage(1n, 0n)], 1n);
    assert.deepEqual(tree.export(), middle);
    tree.revert(again);
    assert.deepEqual(tree.export(), genesis);
  });

  test("end when they or earlier ones are reverted to, or when discarded", () => {
    const tree = smallTree();
    const [a, b, c] = [tree.snapshot(), tree.snapshot(), tree.snapshot()];
    tree.discard(b);
    tree.apply([], 1n);
    assert.throws(() => tree.revert(b), { name: "SnapshotError", code: "snapshot-ended" });
    tree.revert(a);
    for (const ended of [a, b, c]) {
      assert.throws(() => tree.revert(ended), { code: "snapshot-ended" });
      assert.throws(() => tree.discard(ended), { code: "snapshot-ended" });
    }
  });

  test("survive the discarding of older and younger ones", () => {
    const tree = smallTree();
    const oldest = tree.snapshot();
    tree.apply([storage(1n, 1n)], 1n);
    const expected = tree.export();
    const kept = tree.snapshot();
    tree.apply([storage(1n, 2n), storage(8n, 2n)], 2n);
    const youngest = tree.snapshot();
    tree.apply([storage(1n, 3n)], 3n);
    tree.discard(oldest);
    tree.discard(youngest);
    tree.revert(kept);
    assert.deepEqual(tree.export(), expected);
  });

  test("belong to one tree", () => {
    assert.throws(() => smallTree().revert(smallTree().snapshot()), { code: "snapshot-ended" });
  });
});
