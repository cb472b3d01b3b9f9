import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { DiffEntry, InsertionEntry, UpdateEntry } from "../../../src/ground/protocol/diff-list.ts";
import { compareDigests, poseidon } from "./support/hash.ts";
import { replayWitness } from "./support/replay-witness.ts";
import { SortedMapModel } from "./support/sorted-map-model.ts";

const GENESIS = [1n, 2n, 3n].map((slot) => ({ leafKind: 0 as const, address: 0xaan, slot, value: 10n }));
const CODE = { leafKind: 2 as const, address: 0xaan, slot: 0n, value: 10n };
const model = new SortedMapModel(poseidon, [...GENESIS, CODE]);
const CODE_INDEX = model.leaves.findIndex(({ kind }) => kind === 2);
const [PLAIN_A = 0, PLAIN_B = 0] = [2, 3, 4, 5].filter((index) => index !== CODE_INDEX);

const update = (index: number, value: bigint, isCode = index === CODE_INDEX): UpdateEntry => ({
  type: "update",
  index,
  isCode,
  value,
});
const insertion = (slot: bigint, value = 1n): InsertionEntry => ({
  type: "insertion",
  leafKind: 0,
  address: 0xbbn,
  slot,
  value,
});
const OUTPUTS = update(1, 99n);
/** Two insertions in the order of their keys. */
const [FIRST, SECOND] = [insertion(1n), insertion(2n)].sort((a, b) => compareDigests(model.key(a), model.key(b))) as [
  InsertionEntry,
  InsertionEntry,
];

const newTree = (): StateTree => StateTree.genesis([...GENESIS, CODE], { compressor: referenceCompressor }, { maxLeafCount: 8 });

describe("applying a published diff list", () => {
  test("reaches the root that the writes led to, with or without a witness", () => {
    const written = newTree();
    const { entries, newRoot } = written.apply(
      [{ ...CODE, value: 5n }, { ...GENESIS[0]!, value: 6n }, { ...GENESIS[2]!, value: 0n }, SECOND, FIRST],
      99n,
    );
    const reader = newTree();
    assert.deepEqual(reader.applyDiffList(entries), newRoot);
    assert.deepEqual(reader.export(), written.export());
    const prover = newTree();
    const transition = prover.applyWithWitness(entries);
    assert.deepEqual(transition.entries, entries);
    assert.deepEqual(replayWitness(transition.witness, poseidon).newRoot, newRoot);
    assert.deepEqual(prover.export(), written.export());
  });

  test("accepts updates of every kind, a zero among them, and insertions in order", () => {
    const updates = [PLAIN_A, PLAIN_B, CODE_INDEX].sort().map((index) => update(index, 0n));
    const tree = newTree();
    tree.applyDiffList([...updates, FIRST, SECOND, OUTPUTS]);
    assert.equal(tree.leafCount, 8);
    assert.equal(tree.get(CODE), 0n);
    assert.equal(tree.get(FIRST), 1n);
    assert.equal(tree.get({ leafKind: 0, address: 0x800bn, slot: 0n }), 99n);
  });

  const refusals: [string, DiffEntry[], string, number][] = [
    ["an empty list", [], "outputs-missing", -1],
    ["a list that ends with an ordinary update", [OUTPUTS, update(PLAIN_A, 1n)], "outputs-missing", 1],
    ["a list that ends with an insertion", [FIRST], "outputs-missing", 0],
    ["an outputs entry marked as code", [update(1, 99n, true)], "outputs-missing", 0],
    ["unchanged outputs", [FIRST, update(1, 0n)], "outputs-unchanged", 1],
    ["outputs above 256 bits", [update(1, 1n << 256n)], "value-out-of-range", 0],
    ["an update of the sentinel", [update(0, 1n), OUTPUTS], "update-index-out-of-range", 0],
    ["a second outputs entry", [update(1, 1n), OUTPUTS], "update-index-out-of-range", 0],
    ["an update beyond the last leaf", [update(6, 1n), OUTPUTS], "update-index-out-of-range", 0],
    ["an update of a leaf inserted by the same list", [FIRST, update(6, 2n), OUTPUTS], "update-after-insertion", 1],
    ["a negative index", [update(-1, 1n), OUTPUTS], "update-index-out-of-range", 0],
    ["a fractional index", [update(2.5, 1n), OUTPUTS], "update-index-out-of-range", 0],
    ["updates out of order", [update(PLAIN_B, 1n), update(PLAIN_A, 1n), OUTPUTS], "update-order", 1],
    ["an index updated twice", [update(PLAIN_A, 1n), update(PLAIN_A, 2n), OUTPUTS], "update-order", 1],
    ["an unchanged value", [update(PLAIN_A, 10n), OUTPUTS], "update-unchanged", 0],
    ["a value above 256 bits", [update(PLAIN_A, 1n << 256n), OUTPUTS], "value-out-of-range", 0],
    ["a negative value", [update(PLAIN_A, -1n), OUTPUTS], "value-out-of-range", 0],
    ["a code update without its mark", [update(CODE_INDEX, 1n, false), OUTPUTS], "update-kind", 0],
    ["a plain update marked as code", [update(PLAIN_A, 1n, true), OUTPUTS], "update-kind", 0],
    ["an update behind an insertion", [FIRST, update(PLAIN_A, 1n), OUTPUTS], "update-after-insertion", 1],
    ["an insertion of zero", [{ ...FIRST, value: 0n }, OUTPUTS], "insertion-zero", 0],
    ["an inserted value above 256 bits", [{ ...FIRST, value: 1n << 256n }, OUTPUTS], "value-out-of-range", 0],
    ["insertions out of order", [SECOND, FIRST, OUTPUTS], "insertion-order", 1],
    ["a key inserted twice", [FIRST, { ...FIRST, value: 2n }, OUTPUTS], "insertion-duplicate", 1],
    [
      "the insertion of a key that has a leaf",
      [{ type: "insertion", ...GENESIS[0]!, value: 3n }, OUTPUTS],
      "insertion-exists",
      0,
    ],
    [
      "the insertion of the outputs slot",
      [{ type: "insertion", leafKind: 0, address: 0x800bn, slot: 0n, value: 3n }, OUTPUTS],
      "insertion-exists",
      0,
    ],
    ["a slot on an account leaf", [{ ...FIRST, leafKind: 1 }, OUTPUTS], "slot-not-zero", -2],
    ["one leaf too many", [insertion(1n), insertion(2n), insertion(3n), OUTPUTS], "tree-full", -1],
  ];
  for (const [what, entries, code, position] of refusals) {
    test(`refuses ${what} and does not change`, () => {
      const tree = newTree();
      const before = tree.export();
      for (const apply of [() => tree.applyDiffList(entries), () => tree.applyWithWitness(entries)]) {
        // A key error concerns the key alone and has no position.
        assert.throws(apply, position === -2 ? { name: "StateKeyError", code } : { name: "ChangeSetError", code, position });
      }
      assert.deepEqual(tree.export(), before);
    });
  }

  test("reverts like written batches", () => {
    const tree = newTree();
    const before = tree.export();
    const snapshot = tree.snapshot();
    tree.applyDiffList([update(PLAIN_A, 0n), FIRST, SECOND, OUTPUTS]);
    tree.revert(snapshot);
    assert.deepEqual(tree.export(), before);
  });
});
