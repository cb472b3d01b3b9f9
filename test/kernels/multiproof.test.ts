import assert from "node:assert/strict";
import { test } from "node:test";

import { multiproofSteps } from "../../src/proofs/kernels/multiproof.ts";

/** Runs the steps on a tree whose nodes are written out as strings. */
function runOnStrings(leafIndices: readonly number[], depth: number): { readonly root: string; readonly siblings: string[] } {
  const node = (layer: number, index: number): string =>
    layer === 0 ? `${index}` : `(${node(layer - 1, 2 * index)},${node(layer - 1, 2 * index + 1)})`;
  const siblings: string[] = [];
  const waiting: string[] = [];
  let current = "";
  for (const step of multiproofSteps(leafIndices, depth)) {
    if (step.kind === "leaf") current = node(0, leafIndices[step.position]!);
    else if (step.kind === "wait") waiting.push(current);
    else if (step.kind === "merge") current = `(${waiting.pop()},${current})`;
    else {
      const sibling = node(step.layer, step.siblingIndex);
      siblings.push(sibling);
      current = step.siblingIndex % 2 === 1 ? `(${current},${sibling})` : `(${sibling},${current})`;
    }
  }
  assert.equal(waiting.length, 0);
  return { root: current, siblings };
}

test("reaches the root from every set of leaves of a tree of depth 3", () => {
  const root = "(((0,1),(2,3)),((4,5),(6,7)))";
  for (let set = 1; set < 256; set++) {
    const leaves = Array.from({ length: 8 }, (_, i) => i).filter((i) => (set >> i) & 1);
    assert.equal(runOnStrings(leaves, 3).root, root);
  }
});

test("asks for siblings depth first, left to right, and for no digest that can be computed", () => {
  assert.deepEqual(runOnStrings([5], 3).siblings, ["4", "(6,7)", "((0,1),(2,3))"]);
  assert.deepEqual(runOnStrings([0, 1, 6], 3).siblings, ["(2,3)", "7", "(4,5)"]);
  assert.deepEqual(runOnStrings([1, 2, 4], 3).siblings, ["0", "3", "5", "(6,7)"]);
});

test("treats a lone leaf as its own root", () => {
  assert.deepEqual(runOnStrings([0], 0), { root: "0", siblings: [] });
});

test("refuses leaves that are missing, unordered, repeated or out of range", () => {
  for (const leaves of [[], [2, 1], [1, 1], [8], [-1], [0.5]]) assert.throws(() => multiproofSteps(leaves, 3), RangeError);
});
