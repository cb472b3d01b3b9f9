import assert from "node:assert/strict";
import type { Digest, StateTransitionWitness } from "../../../../src/ground/protocol/state-transition-witness.ts";
import { compareDigests, limbsOf, type Compress } from "./hash.ts";

const ZERO: Digest = [0, 0, 0, 0, 0, 0, 0, 0];

/**
 * Does what the circuit does: walks every operation's paths from the old root, and asserts each statement that makes the
 * transition right. Sees nothing but the witness. Returns the state roots before and after.
 */
export function replayWitness(witness: StateTransitionWitness, compress: Compress): { oldRoot: Digest; newRoot: Digest } {
  const { depth, oldLeafCount, newLeafCount } = witness;
  assert.equal(witness.topSiblings.length, 32 - depth);
  assert.ok(2 ** depth >= newLeafCount && (depth === 1 || 2 ** (depth - 1) < newLeafCount), "depth is the smallest");

  const leafDigest = (kind: number, key: Digest, nextKey: Digest, value: bigint): Digest => {
    const limbs = limbsOf(value);
    const valueDigest = compress(3, limbs.slice(0, 8), limbs.slice(8));
    return compress(2, compress(8 + kind, key, nextKey), valueDigest);
  };
  const climb = (leaf: Digest, index: number, siblings: readonly Digest[]): Digest => {
    assert.equal(siblings.length, depth);
    assert.ok(index < 2 ** depth);
    return siblings.reduce(
      (node, sibling, level) => (((index >>> level) & 1) === 1 ? compress(1, sibling, node) : compress(1, node, sibling)),
      leaf,
    );
  };
  const stateRoot = (subtreeRoot: Digest, leafCount: number): Digest => {
    const treeRoot = witness.topSiblings.reduce((node, sibling) => compress(1, node, sibling), subtreeRoot);
    return compress(6, treeRoot, [leafCount, 0, 0, 0, 0, 0, 0, 0]);
  };

  let root = witness.oldSubtreeRoot;
  let leafCount = oldLeafCount;
  for (const operation of witness.operations) {
    if (operation.type === "update") {
      const { entry, leafKind, key, nextKey, oldValue, siblings } = operation;
      assert.notEqual(oldValue, entry.value);
      assert.equal(entry.isCode, leafKind === 2);
      assert.deepEqual(climb(leafDigest(leafKind, key, nextKey, oldValue), entry.index, siblings), root);
      root = climb(leafDigest(leafKind, key, nextKey, entry.value), entry.index, siblings);
    } else {
      const { entry, key, index, low, siblings } = operation;
      assert.equal(index, leafCount);
      assert.notEqual(entry.value, 0n);
      const block = [3, entry.leafKind, ...limbsOf(entry.address, 10), ...limbsOf(entry.slot), 0, 0, 0, 0];
      const h1 = compress(4, block.slice(0, 8), block.slice(8, 16));
      assert.deepEqual(key, compress(4, compress(4, h1, block.slice(16, 24)), block.slice(24)));
      assert.ok(compareDigests(low.key, key) < 0, "the key lies above its low leaf");
      const isLast = compareDigests(low.nextKey, ZERO) === 0;
      assert.ok(isLast || compareDigests(key, low.nextKey) < 0, "the key lies below its successor");
      assert.deepEqual(climb(leafDigest(low.leafKind, low.key, low.nextKey, low.value), low.index, low.siblings), root);
      root = climb(leafDigest(low.leafKind, low.key, key, low.value), low.index, low.siblings);
      assert.deepEqual(climb(ZERO, index, siblings), root);
      root = climb(leafDigest(entry.leafKind, key, low.nextKey, entry.value), index, siblings);
      leafCount++;
    }
  }
  assert.equal(leafCount, newLeafCount);
  assert.deepEqual(root, witness.newSubtreeRoot);
  return {
    oldRoot: stateRoot(witness.oldSubtreeRoot, oldLeafCount),
    newRoot: stateRoot(witness.newSubtreeRoot, newLeafCount),
  };
}
