import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import type { StateWrite } from "../../src/chain/state/change-set.ts";
import { PartialTree, partOf } from "../../src/proofs/execution-proof/batch/partial-tree.ts";
import { relist, relistedRoots } from "../../src/proofs/execution-proof/batch/relisting.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { Random } from "../chain/state/support/random.ts";
import { applyWrites } from "./support/programs.ts";
import { atOnce } from "../../src/ground/runtime/turns.ts";

const compressor = createCompressor();
const { compress } = compressor;
const leaf = (slot: number, value: number): StateWrite => ({
  leafKind: 0,
  address: 0xabcn,
  slot: BigInt(slot),
  value: BigInt(value),
});
const treeOf = (leaves: readonly StateWrite[]) => StateTree.genesis(leaves, { compressor });
const PRESENT = Array.from({ length: 20 }, (_, i) => leaf(3 * i, i + 1));

describe("the known part of a state's tree", () => {
  it("has the whole tree's root, paths and values, for random changes in lists like batches'", () => {
    const random = new Random(5);
    for (let round = 0; round < 8; round++) {
      const whole = treeOf(PRESENT);
      const names = Array.from({ length: 12 }, () => leaf(random.below(80), 0));
      const part = new PartialTree(atOnce(partOf(whole, names)), compress);
      assert.deepEqual(part.root, whole.root);
      for (let list = 0; list < 4; list++) {
        const changed = new Map(names.map((name) => [name.slot, leaf(Number(name.slot), random.below(4))]));
        const writes = [...changed.values()].filter(({ slot }) => slot % 2n === BigInt(list % 2));
        applyWrites(whole, writes);
        part.write(writes);
        assert.deepEqual(part.root, whole.root);
        assert.equal(part.leafCount, whole.leafCount);
        for (const name of names) {
          assert.equal(part.get(name), whole.get(name));
          assert.deepEqual(part.prove(name), { ...part.prove(name), ...withoutCount(whole.prove(name)) });
        }
      }
    }
  });

  it("says that it does not know what was not asked for", () => {
    const whole = treeOf(PRESENT);
    const part = new PartialTree(atOnce(partOf(whole, [leaf(3, 0)])), compress);
    assert.equal(part.get(leaf(3, 0)), 2n);
    const unknown = PRESENT.filter((name) => {
      try {
        part.get(name);
        return false;
      } catch (error) {
        return error instanceof RangeError;
      }
    });
    assert.ok(unknown.length >= PRESENT.length - 2);
  });
});

/** Trees after several lists in sequence, and after one list of all net changes. */
function inTwoOrders(lists: readonly (readonly StateWrite[])[]) {
  const whole = treeOf(PRESENT);
  const net = new Map(lists.flat().map((write) => [write.slot, write]));
  const part = new PartialTree(atOnce(partOf(whole, lists.flat())), compress);
  const first = whole.leafCount;
  for (const list of lists) part.write(list);
  applyWrites(whole, [...net.values()]);
  return { part, first, whole };
}

describe("relisted leaves", () => {
  // New leaves in three lists; 1, 4 and 7 of them are 0 again, and so is an earlier leaf.
  const LISTS = [
    [leaf(100, 1), leaf(1, 2), leaf(4, 3), leaf(3, 9), leaf(7, 8)],
    [leaf(50, 4), leaf(1, 0), leaf(101, 7), leaf(6, 0)],
    [leaf(25, 5), leaf(4, 0), leaf(7, 0), leaf(100, 11)],
  ];

  it("have the root of one list of all changes, without those that are 0 again", () => {
    const { part, first, whole } = inTwoOrders(LISTS);
    assert.notDeepEqual(part.root, whole.root);
    const relisting = relist(part, first);
    assert.equal(relisting.listed.length, 7);
    assert.deepEqual(relistedRoots(relisting, compress), { before: part.root, after: whole.root });
  });

  it("are those of random lists", () => {
    const random = new Random(9);
    for (let round = 0; round < 12; round++) {
      const lists = Array.from({ length: 3 }, () => [
        ...new Map(Array.from({ length: 9 }, () => random.below(70)).map((slot) => [slot, leaf(slot, random.below(3))])).values(),
      ]);
      const { part, first, whole } = inTwoOrders(lists);
      assert.deepEqual(relistedRoots(relist(part, first), compress), { before: part.root, after: whole.root });
    }
  });

  it("are refused with any part changed, left out or exchanged", () => {
    const { part, first, whole } = inTwoOrders(LISTS);
    const relisting = relist(part, first);
    const { listed, linked, siblings } = relisting;
    const changed = (leaves: typeof listed, at: number, change: object) =>
      leaves.map((each, i) => (i === at ? { ...each, ...change } : each));
    const other = [1, 2, 3, 4, 5, 6, 7, 8];
    const lies = [
      ...listed.flatMap((each, i) =>
        [
          { value: each.value + 1n },
          { value: 0n },
          { key: other },
          { nextKey: other },
          { leafKind: 1 as const },
          { index: each.index + 1 },
        ].map((change) => ({ ...relisting, listed: changed(listed, i, change) })),
      ),
      ...linked.flatMap((each, i) =>
        [{ value: each.value + 1n }, { nextKey: other }, { index: each.index + 1 }].map((change) => ({
          ...relisting,
          linked: changed(linked, i, change),
        })),
      ),
      ...siblings.map((_, i) => ({ ...relisting, siblings: siblings.map((digest, k) => (k === i ? other : digest)) })),
      { ...relisting, siblings: siblings.slice(1) },
      { ...relisting, siblings: [...siblings, other] },
      { ...relisting, listed: listed.slice(0, -1) },
      { ...relisting, listed: [...listed.slice(1), ...listed.slice(0, 1)] },
      { ...relisting, linked: [] },
      { ...relisting, linked: [...linked, ...linked] },
      { ...relisting, first: first + 1 },
      { ...relisting, first: 0 },
    ];
    assert.ok(linked.length > 0 && siblings.length > 0);
    for (const lie of lies) {
      const roots = relistedRoots(lie, compress);
      const holds = roots !== undefined && roots.before.join() === part.root.join() && roots.after.join() === whole.root.join();
      // A value of 0 in place of 0 changes nothing.
      assert.ok(
        !holds || JSON.stringify(lie.listed, text) === JSON.stringify(listed, text),
        JSON.stringify(lie, text).slice(0, 300),
      );
    }
  });
});

function text(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function withoutCount({ leafCount: _, ...path }: ReturnType<StateTree["prove"]>) {
  return path;
}
