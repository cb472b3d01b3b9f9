import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import type { StateProof } from "../../../src/chain/state/state-proof.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { Digest } from "../../../src/ground/protocol/state-transition-witness.ts";
import { compareDigests, poseidon } from "./support/hash.ts";
import { SortedMapModel } from "./support/sorted-map-model.ts";
import { verifyProof } from "./support/verify-proof.ts";

const place = (slot: bigint) => ({ leafKind: 0 as const, address: 1n, slot });
const LEAVES = Array.from({ length: 12 }, (_, i) => ({ ...place(BigInt(i)), value: BigInt(i + 1) << 200n }));
const tree = StateTree.genesis(LEAVES, { compressor: referenceCompressor });
const model = new SortedMapModel(poseidon, LEAVES);
const root = tree.root;

/** Absent keys sorted into: below every leaf, above every leaf, between two. */
function findAbsent(where: "first" | "last" | "between"): { leafKind: 0; address: bigint; slot: bigint } {
  const sorted = model.leaves.map(({ key }) => key).sort(compareDigests);
  for (let slot = 1000n; ; slot++) {
    const below = sorted.filter((key) => compareDigests(key, model.key(place(slot))) < 0).length;
    const position = below === 1 ? "first" : below === sorted.length ? "last" : "between";
    if (position === where) return place(slot);
  }
}

describe("state proofs", () => {
  test("show the value of every leaf", () => {
    for (const leaf of LEAVES) {
      const proof = tree.prove(leaf);
      assert.deepEqual(verifyProof(root, leaf, proof), { ok: true, isPresent: true, value: leaf.value });
      assert.deepEqual(tree.proveLeaf(proof.index), proof);
    }
  });

  for (const where of ["first", "between", "last"] as const) {
    test(`show absence when the key lies ${where} among the leaves`, () => {
      const absent = findAbsent(where);
      const proof = tree.prove(absent);
      assert.deepEqual(verifyProof(root, absent, proof), { ok: true, isPresent: false, value: 0n });
      assert.equal(proof.index === 0, where === "first");
      assert.equal(
        proof.nextKey.every((element) => element === 0),
        where === "last",
      );
    });
  }

  test("show a present zero as present", () => {
    const cleared = StateTree.genesis(LEAVES, { compressor: referenceCompressor });
    cleared.apply([{ ...place(3n), value: 0n }], 1n);
    const result = verifyProof(cleared.root, place(3n), cleared.prove(place(3n)));
    assert.deepEqual(result, { ok: true, isPresent: true, value: 0n });
  });

  test("do not hold under the root of another state", () => {
    const other = StateTree.genesis(LEAVES.slice(1), { compressor: referenceCompressor });
    const result = verifyProof(other.root, LEAVES[4]!, tree.prove(LEAVES[4]!));
    assert.deepEqual(result, { ok: false, code: "proof-root-mismatch" });
  });

  test("say nothing about keys outside their interval", () => {
    const mismatch = { ok: false, code: "proof-key-mismatch" };
    const sorted = LEAVES.toSorted((a, b) => compareDigests(model.key(a), model.key(b)));
    // Present keys pass neither for absent (their predecessor's proof) nor for another leaf.
    sorted.forEach((leaf, i) => {
      const predecessor = sorted[i - 1];
      if (predecessor) assert.deepEqual(verifyProof(root, leaf, tree.prove(predecessor)), mismatch);
      const successor = sorted[i + 1];
      if (successor) assert.deepEqual(verifyProof(root, leaf, tree.prove(successor)), mismatch);
    });
    assert.deepEqual(verifyProof(root, findAbsent("last"), tree.prove(sorted[0]!)), mismatch);
    assert.deepEqual(verifyProof(root, findAbsent("first"), tree.prove(sorted[0]!)), mismatch);
  });

  test("fail when any field is altered", () => {
    const bump = (digest: Digest, at: number): Digest =>
      digest.map((element, i) => (i === at ? (element + 1) % 0x7f000001 : element));
    for (const key of [LEAVES[5]!, findAbsent("between")]) {
      const proof = tree.prove(key);
      const altered: StateProof[] = [
        { ...proof, leafCount: proof.leafCount + 1 },
        { ...proof, index: proof.index ^ 1 },
        { ...proof, leafKind: 1 },
        { ...proof, value: proof.value ^ 1n },
        { ...proof, value: proof.value ^ (1n << 255n) },
        ...Array.from({ length: 8 }, (_, i) => ({ ...proof, key: bump(proof.key, i) })),
        ...Array.from({ length: 8 }, (_, i) => ({ ...proof, nextKey: bump(proof.nextKey, i) })),
        ...Array.from({ length: 32 }, (_, level) => ({
          ...proof,
          siblings: proof.siblings.map((sibling, i) => (i === level ? bump(sibling, level % 8) : sibling)),
        })),
      ];
      for (const candidate of altered) {
        assert.deepEqual(verifyProof(root, key, candidate), { ok: false, code: "proof-root-mismatch" });
      }
    }
  });

  test("are refused, not thrown at, when malformed", () => {
    const proof = tree.prove(LEAVES[0]!);
    const tooLarge = [0x7f000001, 0, 0, 0, 0, 0, 0, 0];
    // A hole is one of the shapes that must not pass for an element.
    const holed = [0, 0, 0, , 0, 0, 0, 0];
    const malformed: unknown[] = [
      undefined,
      null,
      7,
      {},
      { ...proof, leafCount: 2 ** 29 + 1 },
      { ...proof, leafCount: -1 },
      { ...proof, index: proof.leafCount },
      { ...proof, index: 0.5 },
      { ...proof, index: "2" },
      { ...proof, leafKind: 4 },
      { ...proof, leafKind: "0" },
      { ...proof, key: tooLarge },
      { ...proof, key: proof.key.slice(1) },
      { ...proof, key: holed },
      { ...proof, key: "00000000" },
      { ...proof, nextKey: [...proof.nextKey, 0] },
      { ...proof, nextKey: proof.nextKey.map((element) => element + 0.5) },
      { ...proof, value: 1n << 256n },
      { ...proof, value: -1n },
      { ...proof, value: 1 },
      { ...proof, siblings: proof.siblings.slice(1) },
      { ...proof, siblings: [...proof.siblings, tooLarge] },
      { ...proof, siblings: proof.siblings.with(31, tooLarge) },
      { ...proof, siblings: undefined },
    ];
    for (const candidate of malformed) {
      assert.deepEqual(verifyProof(root, LEAVES[0]!, candidate as StateProof), { ok: false, code: "proof-malformed" });
    }
    const emptyRoot = verifyProof([], LEAVES[0]!, proof);
    assert.deepEqual(emptyRoot, { ok: false, code: "proof-root-mismatch" });
  });
});
