import { bytesToHex } from "@noble/hashes/utils.js";

import { isCanonical } from "../../field/koala-bear.ts";
import type { TreeHash } from "../../kernels/backend.ts";
import { multiproofSteps } from "../../kernels/multiproof.ts";
import { bytesToDigest, digestLength, hashNode } from "../../kernels/tree-hash.ts";
import { threadCompressor } from "../../kernels/wasm/compressor.ts";
import type { ProofReader } from "./proof.ts";
import { reject } from "./rejection.ts";

/** Digests of a shorter height class by node index; node := H(node ‖ digest) at the layer where the class enters. */
interface Injection {
  readonly layer: number;
  readonly digests: ReadonlyMap<number, Uint8Array>;
}

/** Nodes at which a tree's paths end: its root, or all nodes of its cap. */
export type PathEnds = readonly Uint8Array[];

/** Leaves that are opened together, of a tree or the part of one below a node of its cap. */
interface OpenedLeaves {
  readonly depth: number;
  readonly leafIndices: readonly number[];
}

/** Opened leaves of the part of a tree below one end of its paths. */
interface OpenedSubtree extends OpenedLeaves {
  readonly top: Uint8Array;
}

/** The part of a tree that opened leaves are in: one leaf if there is a cap, since each query is opened alone then. */
export function subtreeOf(leafIndices: readonly number[], treeDepth: number, ends: PathEnds): OpenedSubtree {
  const depth = treeDepth - Math.log2(ends.length);
  const index = (leafIndices[0] ?? 0) >>> depth;
  const top = ends[index];
  if (top === undefined) throw new Error(`a tree of 2^${treeDepth} leaves has no node ${index} above its paths`);
  return { depth, leafIndices: leafIndices.map((leaf) => leaf - index * 2 ** depth), top };
}

/** Rejects unless an opening leads to the node at its end. */
export function requireRoot(tree: number, root: Uint8Array, got: Uint8Array): void {
  const expected = bytesToHex(root);
  if (bytesToHex(got) !== expected) reject({ code: "MerkleMismatch", tree, expected, got: bytesToHex(got) });
}

/** Number of sibling digests that open these leaves of a tree of 2^depth leaves. */
export function siblingCount(leafIndices: readonly number[], depth: number): number {
  return multiproofSteps(leafIndices, depth).filter((step) => step.kind === "sibling").length;
}

/** Reads the siblings of an opening; rejects missing bytes and, for Poseidon, non-canonical digests. */
export function readSiblings(
  reader: ProofReader,
  section: string,
  hash: TreeHash,
  { leafIndices, depth }: OpenedLeaves,
): Uint8Array[] {
  return reader.readMany(section, siblingCount(leafIndices, depth), digestLength(hash));
}

/** Rejects siblings that are not digests of the hash. */
export function requireDigests(section: string, hash: TreeHash, siblings: readonly Uint8Array[]): void {
  if (hash.kind !== "poseidon") return;
  for (const sibling of siblings) {
    if (!bytesToDigest(sibling).every(isCanonical)) reject({ code: "NonCanonicalElement", section });
  }
}

/**
 * The root that leaves and siblings lead to. `leafIndices` ascending and distinct, `leafDigests` in the same order,
 * `siblings` as many as `siblingCount` says. Throws when a node of an injected layer has no digest.
 */
export function multiproofRoot(
  hash: TreeHash,
  { leafIndices, depth }: OpenedLeaves,
  leafDigests: readonly Uint8Array[],
  siblings: readonly Uint8Array[],
  injections: readonly Injection[] = [],
): Uint8Array {
  const byLayer = new Map(injections.map((injection) => [injection.layer, injection.digests]));
  const { compress } = threadCompressor();
  const waiting: Uint8Array[] = [];
  let current: Uint8Array = new Uint8Array(0);
  let index = 0;
  let nextSibling = 0;
  const take = (digest: Uint8Array | undefined): Uint8Array => {
    if (digest === undefined) throw new Error("a Merkle opening lacks a digest that its shape calls for");
    return digest;
  };
  const rise = (left: Uint8Array, right: Uint8Array, layer: number): void => {
    current = hashNode(hash, left, right, compress);
    index >>>= 1;
    const injected = byLayer.get(layer + 1);
    if (injected !== undefined) current = hashNode(hash, current, take(injected.get(index)), compress);
  };
  for (const step of multiproofSteps(leafIndices, depth)) {
    switch (step.kind) {
      case "leaf":
        current = take(leafDigests[step.position]);
        index = leafIndices[step.position] ?? 0;
        break;
      case "sibling": {
        const sibling = take(siblings[nextSibling++]);
        if (step.siblingIndex % 2 === 1) rise(current, sibling, step.layer);
        else rise(sibling, current, step.layer);
        break;
      }
      case "merge":
        rise(take(waiting.pop()), current, step.layer);
        break;
      case "wait":
        waiting.push(current);
    }
  }
  return current;
}
