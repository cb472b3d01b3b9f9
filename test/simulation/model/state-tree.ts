import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { digestFromHex, digestToHex } from "../../../src/ground/protocol/digest.ts";
import { keyDigest, valueDigest } from "../../../src/ground/protocol/diff-digest.ts";
import { DomainTag, LeafKind, MAX_LEAF_COUNT } from "../../../src/ground/protocol/domain-tags.ts";
import { type Hex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { isCanonicalDigest } from "./registries.ts";
import { requireThat } from "./refusal.ts";

/** Shared by the model's trees and its proofs. */
export const compressor = createCompressor();
const compress = compressor.compress;

const HIGHEST_KIND = Math.max(...Object.values(LeafKind));

export interface StateLeaf {
  readonly leafKind: number;
  readonly address: bigint;
  readonly slot: bigint;
  readonly value: bigint;
}

export interface LeafPath {
  readonly nextKey: Hex;
  readonly index: number;
  readonly leafCount: number;
  readonly siblings: readonly Hex[];
}

export interface LowLeaf {
  readonly kind: number;
  readonly key: Hex;
  readonly value: bigint;
}

function requireKind(kind: number): void {
  requireThat(kind <= HIGHEST_KIND, "StateTree", "LeafKindUnknown", () => [HIGHEST_KIND, kind]);
}

function climb(kind: number, key: Hex, value: bigint, path: LeafPath): Hex {
  requireKind(kind);
  const { leafCount, index, nextKey, siblings } = path;
  requireThat(leafCount <= MAX_LEAF_COUNT, "StateTree", "LeafCountTooLarge", () => [MAX_LEAF_COUNT, leafCount]);
  requireThat(index < leafCount, "StateTree", "LeafIndexTooLarge", () => [leafCount, index]);
  // Of several that are not canonical, the contract names the last.
  const faulty = [nextKey, key, ...siblings].findLast((digest) => !isCanonicalDigest(digest));
  requireThat(faulty === undefined, "StateTree", "DigestNotCanonical", () => [faulty]);
  const pair = compress(DomainTag.pair + kind, digestFromHex(key), digestFromHex(nextKey));
  let node = compress(DomainTag.leaf, pair, valueDigest(value, compress));
  siblings.forEach((sibling, level) => {
    const other = digestFromHex(sibling);
    node = (index >>> level) % 2 === 0 ? compress(DomainTag.node, node, other) : compress(DomainTag.node, other, node);
  });
  return digestToHex(compress(DomainTag.state, node, [leafCount, 0, 0, 0, 0, 0, 0, 0]));
}

function keyOf({ leafKind, address, slot }: Omit<StateLeaf, "value">): Hex {
  return digestToHex(keyDigest(leafKind as LeafKind, address, slot, compress));
}

/** The root to which a leaf and its path lead. */
export function computeRoot(leaf: StateLeaf, path: LeafPath): Hex {
  requireKind(leaf.leafKind);
  return climb(leaf.leafKind, keyOf(leaf), leaf.value, path);
}

/** The root to which the leaf before a gap leads, in which the key would be. */
export function computeRootWithout(key: Omit<StateLeaf, "value">, low: LowLeaf, path: LeafPath): Hex {
  requireKind(key.leafKind);
  const root = climb(low.kind, low.key, low.value, path);
  const absent = keyOf(key);
  const isBetween = low.key < absent && (path.nextKey === wordToHex(0n) || absent < path.nextKey);
  requireThat(isBetween, "StateTree", "KeyNotBetween", () => [absent, low.key, path.nextKey]);
  return root;
}
