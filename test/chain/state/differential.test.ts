import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { BatchCompressor } from "../../../src/chain/state/batch-compressor.ts";
import type { Snapshot } from "../../../src/chain/state/undo-log.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import type { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import type { Digest } from "../../../src/ground/protocol/state-transition-witness.ts";
import { batched, poseidon, withChosenKeys, type Compress } from "./support/hash.ts";
import { Random } from "./support/random.ts";
import { replayWitness } from "./support/replay-witness.ts";
import { SortedMapModel, type ModelWrite } from "./support/sorted-map-model.ts";
import { verifyProof } from "./support/verify-proof.ts";

type Place = Omit<ModelWrite, "value">;

/** Random batches, snapshots and reverts on the tree and the model side by side, everything compared at every step. */
function compareOnRandomWork(compress: Compress, compressor: BatchCompressor, places: readonly Place[], seed: number): void {
  const random = new Random(seed);
  const value = (): bigint => random.pick([0n, 1n, (1n << 256n) - 1n, random.bits(256), random.bits(64)]);
  const genesis = places.slice(0, random.below(4)).map((place) => ({ ...place, value: 1n + random.bits(200) }));
  const dependencies = { compressor };
  const tree = StateTree.genesis(genesis, dependencies);
  // Follows the published diff lists only.
  const reader = StateTree.genesis(genesis, dependencies);
  const model = new SortedMapModel(compress, genesis);
  const snapshots: { tree: Snapshot; reader: Snapshot; leaves: SortedMapModel["leaves"] }[] = [];
  assert.deepEqual(tree.root, model.stateRoot());

  for (let batch = 1; batch <= 40; batch++) {
    const action = random.below(10);
    if (action === 0) {
      snapshots.push({ tree: tree.snapshot(), reader: reader.snapshot(), leaves: model.copyLeaves() });
    } else if (action === 1 && snapshots.length > 0) {
      const at = random.below(snapshots.length);
      const [target] = snapshots.splice(at);
      tree.revert(target!.tree);
      reader.revert(target!.reader);
      model.leaves = target!.leaves;
    } else if (action === 2 && snapshots.length > 0) {
      const [dropped] = snapshots.splice(random.below(snapshots.length), 1);
      tree.discard(dropped!.tree);
      reader.discard(dropped!.reader);
    } else {
      const touched = new Set(Array.from({ length: random.below(9) }, () => random.pick(places)));
      // Some writes repeat the existing value.
      const writes = [...touched].map((place) => ({ ...place, value: random.below(6) ? value() : model.get(place) }));
      const outputsHash = BigInt(batch) + (random.bits(200) << 32n);
      const oldRoot = model.stateRoot();
      const expected = model.apply(writes, outputsHash);
      const transition = tree.apply(writes, outputsHash);
      assert.deepEqual(transition.entries, expected);
      assert.deepEqual(transition.oldRoot, oldRoot);
      assert.deepEqual(
        transition.witness.operations.map(({ entry }) => entry),
        expected,
      );
      const replayed = replayWitness(transition.witness, compress);
      assert.deepEqual(replayed, { oldRoot, newRoot: transition.newRoot });
      reader.applyDiffList(expected);
    }
    assert.equal(tree.leafCount, model.leaves.length);
    assert.deepEqual(tree.root, model.stateRoot());
    assert.deepEqual(reader.root, tree.root);
    for (const place of places) assert.equal(tree.get(place), model.get(place));
  }
  assert.deepEqual(StateTree.import(tree.export(), dependencies).root, model.stateRoot());
}

describe("state tree compared with a sorted-map model", () => {
  for (let seed = 1; seed <= 6; seed++) {
    test(`agrees on random batches, snapshots and reverts over hashed keys (seed ${seed})`, () => {
      const random = new Random(100 + seed);
      const places = Array.from({ length: 8 + 8 * seed }, (): Place => {
        const leafKind = random.below(4) as LeafKind;
        return { leafKind, address: random.bits(160), slot: leafKind === 0 ? random.bits(256) : 0n };
      });
      compareOnRandomWork(poseidon, createCompressor(), places, seed);
    });
  }

  for (let seed = 1; seed <= 6; seed++) {
    test(`agrees when keys crowd at the edges of the order (seed ${seed})`, () => {
      const compress = withChosenKeys(EDGE_KEYS);
      compareOnRandomWork(compress, batched(compress), EDGE_PLACES, 50 + seed);
    });
  }

  test("agrees while many insertions share one interval", () => {
    const compress = withChosenKeys(EDGE_KEYS);
    const tree = StateTree.genesis([], { compressor: batched(compress) });
    const model = new SortedMapModel(compress, []);
    const writes = EDGE_PLACES.map((place, i) => ({ ...place, value: BigInt(i + 1) }));
    const expected = model.apply(writes, 7n);
    const { entries, witness, newRoot } = tree.apply(writes.toReversed(), 7n);
    assert.deepEqual(entries, expected);
    assert.deepEqual(replayWitness(witness, compress).newRoot, newRoot);
    assert.deepEqual(newRoot, model.stateRoot());
  });

  test("proves every present and absent key after random work", () => {
    const random = new Random(9);
    const places = Array.from({ length: 20 }, (): Place => ({ leafKind: 0, address: 5n, slot: random.bits(256) }));
    const tree = StateTree.genesis([], { compressor: createCompressor() });
    tree.apply(
      places.slice(0, 11).map((place) => ({ ...place, value: random.bits(255) + 1n })),
      1n,
    );
    for (const [i, place] of places.entries()) {
      const result = verifyProof(tree.root, place, tree.prove(place));
      assert.deepEqual(result, { ok: true, isPresent: i < 11, value: tree.get(place) });
    }
  });
});

const LAST = 0x7f000000; // p − 1
/** Keys by slot: slot 0 is the outputs leaf, in the middle; the rest lie at both ends and next to one another. */
const EDGE_KEYS: readonly Digest[] = [
  [1000, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 2],
  [0, 0, 0, 0, 0, 0, 0, LAST],
  [0, 0, 0, 0, 0, 0, 1, 0],
  [0, LAST, LAST, LAST, LAST, LAST, LAST, LAST],
  [1, 0, 0, 0, 0, 0, 0, 0],
  [999, LAST, LAST, LAST, LAST, LAST, LAST, LAST],
  [1000, 0, 0, 0, 0, 0, 0, 1],
  [1000, 0, 0, 0, 1, 0, 0, 0],
  [1000, 0, 0, 0, 0, LAST, 0, 0],
  [LAST, 0, 0, 0, 0, 0, 0, 0],
  [LAST, LAST, LAST, LAST, LAST, LAST, LAST, 0],
  [LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST - 1],
  [LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST],
  [LAST, LAST, LAST, LAST, LAST, LAST, 0, LAST],
];
const EDGE_PLACES = EDGE_KEYS.slice(1).map((_, i): Place => ({ leafKind: 0, address: 1n, slot: BigInt(i + 1) }));
