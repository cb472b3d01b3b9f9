import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, keccak256, toBeHex } from "ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { TransactionTree } from "../../src/ground/protocol/transaction-tree.ts";

const leafOf = (n: number): Hex => keccak256(toBeHex(n + 1, 32)) as Hex;
const leavesOf = (count: number): readonly Hex[] => Array.from({ length: count }, (_, i) => leafOf(i));
const pair = (left: string, right: string): string => keccak256(concat([left, right]));

/** The registry's tree as `TransactionTree.sol` has it, level by level: 32 of them, over zeros where there is no leaf. */
function layers(leaves: readonly string[]): { readonly root: string; siblings(index: number): string[] } {
  const levels: { nodes: readonly string[]; empty: string }[] = [];
  let nodes = leaves;
  let empty = toBeHex(0, 32);
  for (let level = 0; level < 32; level++) {
    levels.push({ nodes, empty });
    const [below, none] = [nodes, empty];
    nodes = Array.from({ length: Math.ceil(below.length / 2) }, (_, i) => pair(below[2 * i]!, below[2 * i + 1] ?? none));
    empty = pair(none, none);
  }
  return {
    root: nodes[0] ?? empty,
    siblings: (index) => levels.map((level, i) => level.nodes[Math.floor(index / 2 ** i) ^ 1] ?? level.empty),
  };
}

describe("the tree behind the Transaction Root", () => {
  test("proves each leaf under each root that it ever had, as a tree that is hashed whole", () => {
    const leaves = leavesOf(35);
    const tree = new TransactionTree();
    assert.equal(tree.root(), layers([]).root);
    for (const leaf of leaves) tree.add(leaf);
    for (let count = 0; count <= leaves.length; count++) {
      const whole = layers(leaves.slice(0, count));
      assert.equal(tree.root(count), whole.root);
      for (let index = 0; index < count; index++) assert.deepEqual(tree.prove(index, count), whole.siblings(index));
    }
  });

  test("refuses a leaf that a root is not over, and a root that there is not yet", () => {
    const tree = TransactionTree.of(leavesOf(5));
    assert.throws(() => tree.prove(3, 3), { name: "RangeError", message: "no leaf 3 among 3" });
    for (const index of [-1, 0.5, 5]) assert.throws(() => tree.prove(index), RangeError);
    assert.throws(() => tree.prove(0, 6), { name: "RangeError", message: "the tree has 5 leaves, not 6" });
  });

  test("a proof takes a small part of what it takes to hash the tree", () => {
    const SIZE = 20_000;
    const times = (work: () => unknown): number => {
      const start = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const leaves = leavesOf(SIZE);
    let tree = new TransactionTree();
    const whole = times(() => (tree = TransactionTree.of(leaves)));
    // A hundred proofs under a hundred roots, where each once took all of it.
    const proofs = times(() => leaves.slice(0, 100).forEach((_, i) => tree.prove(i * 150, SIZE - i)));
    assert.ok(proofs < whole, `${proofs} of ${whole} µs`);
  });
});
