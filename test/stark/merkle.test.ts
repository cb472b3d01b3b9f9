import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TreeHash } from "../../src/proofs/kernels/backend.ts";
import { digestLength, hashNode } from "../../src/proofs/kernels/tree-hash.ts";
import { multiproofSteps } from "../../src/proofs/kernels/multiproof.ts";
import { multiproofRoot, siblingCount } from "../../src/proofs/stark/openings/merkle.ts";

const keccak: TreeHash = { kind: "keccak", digestBytes: 26 };

function digest(hash: TreeHash, seed: number): Uint8Array {
  return Uint8Array.from({ length: digestLength(hash) }, (_, i) =>
    hash.kind === "poseidon" && i % 4 === 0 ? 0 : (seed * 31 + i * 7) & 255,
  );
}

/** All layers, with classes injected at layers 1 and 3, straight from the definition. */
function fullTree(hash: TreeHash, depth: number, injected: readonly number[]) {
  const injections = injected.map((layer) => ({
    layer,
    digests: new Map(Array.from({ length: 2 ** (depth - layer) }, (_, i) => [i, digest(hash, 1000 * layer + i)])),
  }));
  const layers = [Array.from({ length: 2 ** depth }, (_, i) => digest(hash, i))];
  for (let layer = 1; layer <= depth; layer++) {
    const below = layers[layer - 1]!;
    const own = injections.find((injection) => injection.layer === layer);
    layers.push(
      Array.from({ length: 2 ** (depth - layer) }, (_, i) => {
        const node = hashNode(hash, below[2 * i]!, below[2 * i + 1]!);
        return own === undefined ? node : hashNode(hash, node, own.digests.get(i)!);
      }),
    );
  }
  return { layers, injections };
}

describe("multiproofRoot", () => {
  for (const [hash, injected] of [
    [keccak, []],
    [keccak, [1, 3]],
    [keccak, [2, 4]],
    [{ kind: "poseidon" }, [1]],
  ] as const) {
    it(`leads to the root of the whole tree: ${hash.kind}, classes at layers ${injected.join() || "none"}`, () => {
      const depth = 4;
      const { layers, injections } = fullTree(hash, depth, injected);
      const root = layers[depth]![0]!;
      for (const leaves of [[0], [15], [3, 4], [0, 1, 2, 3], [1, 6, 7, 12, 15], Array.from({ length: 16 }, (_, i) => i)]) {
        const siblings = multiproofSteps(leaves, depth).flatMap((step) =>
          step.kind === "sibling" ? [layers[step.layer]![step.siblingIndex]!] : [],
        );
        assert.equal(siblingCount(leaves, depth), siblings.length);
        const digests = leaves.map((leaf) => layers[0]![leaf]!);
        assert.deepEqual(multiproofRoot(hash, { depth, leafIndices: leaves }, digests, siblings, injections), root);
        digests[0] = digest(hash, 99);
        assert.notDeepEqual(multiproofRoot(hash, { depth, leafIndices: leaves }, digests, siblings, injections), root);
      }
    });
  }
});
