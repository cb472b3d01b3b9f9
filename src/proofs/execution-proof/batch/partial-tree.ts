import { EMPTY_TREES } from "../../circuits/roots/roots-air.ts";
import { compareDigests, keyDigest, valueDigest } from "../../../ground/protocol/diff-digest.ts";
import { type Compress, type Digest, ZERO_DIGEST } from "../../../ground/protocol/digest.ts";
import { DomainTag, type LeafKind, STATE_TREE_DEPTH } from "../../../ground/protocol/domain-tags.ts";
import type { InTurns } from "../../../ground/runtime/turns.ts";
import type { FirstTree } from "../run-state.ts";

/** A leaf of a state tree at its place. */
export interface PartialLeaf {
  readonly index: number;
  readonly leafKind: LeafKind;
  readonly key: Digest;
  /** 0⁸ for +∞. */
  readonly nextKey: Digest;
  readonly value: bigint;
}

/** A node of a state tree; leaves have height 0. */
export interface PlacedNode {
  readonly height: number;
  readonly index: number;
  readonly digest: Digest;
}

/** The part of a state tree that some runs need: leaves, and the siblings along their paths. Plain data. */
export interface TreePart {
  readonly leafCount: number;
  readonly leaves: readonly PartialLeaf[];
  readonly nodes: readonly PlacedNode[];
}

type StateKey = Parameters<FirstTree["prove"]>[0];

/** The part of a tree with the leaves of these names, or the last ones below them, and the last leaf. */
export function* partOf(tree: FirstTree, names: readonly StateKey[]): InTurns<TreePart> {
  const leaves = new Map<number, PartialLeaf>();
  const nodes = new Map<string, PlacedNode>();
  for (const path of pathsOf(tree, names)) {
    yield;
    if (leaves.has(path.index)) continue;
    const { siblings, ...leaf } = path;
    leaves.set(path.index, { ...leaf, leafKind: leaf.leafKind as LeafKind });
    siblings.slice(0, STATE_TREE_DEPTH).forEach((digest, height) => {
      const index = besideOf(Math.floor(path.index / 2 ** height));
      if (index * 2 ** height < tree.leafCount) nodes.set(`${height} ${index}`, { height, index, digest });
    });
  }
  return { leafCount: tree.leafCount, leaves: [...leaves.values()], nodes: [...nodes.values()] };
}

function* pathsOf(tree: FirstTree, names: readonly StateKey[]): Iterable<ReturnType<FirstTree["prove"]>> {
  for (const name of names) yield tree.prove(name);
  yield tree.proveLeaf(tree.leafCount - 1);
}

/**
 * A state tree of which a part is known. Runs that keep to that part read it and change it; it has the roots of the whole one.
 * What it does not know is a RangeError.
 */
export class PartialTree implements FirstTree {
  readonly #compress: Compress;
  readonly #leaves: PartialLeaf[];
  readonly #nodes = new Map<string, Digest>();
  #leafCount: number;

  constructor({ leafCount, leaves, nodes }: TreePart, compress: Compress) {
    this.#compress = compress;
    this.#leafCount = leafCount;
    this.#leaves = [...leaves].sort((a, b) => compareDigests(a.key, b.key));
    for (const { height, index, digest } of nodes) this.#nodes.set(`${height} ${index}`, digest);
    this.#rehash(new Map(leaves.map((leaf) => [leaf.index, leaf])));
  }

  get leafCount(): number {
    return this.#leafCount;
  }

  /** The state's root. */
  get root(): number[] {
    const top = this.node(STATE_TREE_DEPTH, 0);
    return this.#compress(DomainTag.state, top, [this.#leafCount, 0, 0, 0, 0, 0, 0, 0]);
  }

  /** The leaves from a place on, in the order of their places. */
  leavesFrom(first: number): PartialLeaf[] {
    const leaves = this.#leaves.filter(({ index }) => index >= first).sort((a, b) => a.index - b.index);
    if (leaves.length !== this.#leafCount - first) throw new RangeError(`the tree's leaves from ${first} on are not all known`);
    return leaves;
  }

  /** The known leaves whose successors have one of these keys, in the order of their places. */
  leavesLinkedTo(keys: ReadonlySet<string>): PartialLeaf[] {
    return this.#leaves.filter(({ nextKey }) => keys.has(nextKey.join())).sort((a, b) => a.index - b.index);
  }

  /** Another tree that is as this one is now. */
  copy(): PartialTree {
    const copied = new PartialTree({ leafCount: this.#leafCount, leaves: [], nodes: [] }, this.#compress);
    copied.#leaves.push(...this.#leaves);
    for (const [name, digest] of this.#nodes) copied.#nodes.set(name, digest);
    return copied;
  }

  /** A node's digest; leaves have height 0. Throws RangeError for one that is not known. */
  node(height: number, index: number): Digest {
    const digest = this.#digestOf(height, index);
    if (digest === undefined) throw new RangeError(`node ${index} of height ${height} is not in the known part of the tree`);
    return digest;
  }

  /** 0 where there is no leaf. */
  get(name: StateKey): bigint {
    const key = this.#keyOf(name);
    const low = this.#lowOf(key);
    return compareDigests(low.key, key) === 0 ? low.value : 0n;
  }

  prove(name: StateKey): ReturnType<FirstTree["prove"]> {
    return this.#path(this.#lowOf(this.#keyOf(name)));
  }

  proveLeaf(index: number): ReturnType<FirstTree["proveLeaf"]> {
    const leaf = this.#leaves.find((each) => each.index === index);
    if (leaf === undefined) throw new RangeError(`leaf ${index} is not in the known part of the tree`);
    return this.#path(leaf);
  }

  /** Changes leaves together; inserted ones get the next places, in the order of their keys. */
  write(changes: readonly (StateKey & { readonly value: bigint })[]): void {
    const keyed = changes.map((change) => ({ ...change, key: this.#keyOf(change) }));
    const changed = new Map<number, PartialLeaf>();
    const put = (leaf: PartialLeaf): void => {
      this.#put(leaf);
      changed.set(leaf.index, leaf);
    };
    for (const { key, leafKind, value } of keyed.sort((a, b) => compareDigests(a.key, b.key))) {
      const low = this.#lowOf(key);
      if (compareDigests(low.key, key) === 0) put({ ...low, value });
      else if (value !== 0n) {
        put({ ...low, nextKey: key });
        put({ index: this.#leafCount++, leafKind, key, nextKey: low.nextKey, value });
      }
    }
    this.#rehash(changed);
  }

  #keyOf({ leafKind, address, slot }: StateKey): number[] {
    return keyDigest(leafKind, address, slot, this.#compress);
  }

  /** The leaf of a key, or the last one below it. */
  #lowOf(key: Digest): PartialLeaf {
    const low = this.#leaves[this.#placeAfter(key) - 1];
    const isBelow = low !== undefined && (compareDigests(key, low.nextKey) < 0 || isInfinite(low.nextKey));
    if (!isBelow) throw new RangeError(`the leaf of key ${key.join()} is not in the known part of the tree`);
    return low;
  }

  /** Number of stored leaves with keys up to this one. */
  #placeAfter(key: Digest): number {
    let [from, to] = [0, this.#leaves.length];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (compareDigests(this.#leaves[middle]?.key ?? [], key) <= 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #put(leaf: PartialLeaf): void {
    const at = this.#placeAfter(leaf.key);
    const isKnown = this.#leaves[at - 1]?.index === leaf.index;
    this.#leaves.splice(isKnown ? at - 1 : at, isKnown ? 1 : 0, leaf);
  }

  /** Hashes leaves by place, and what lies above them: layer by layer, so that each node is hashed once. */
  #rehash(leaves: ReadonlyMap<number, PartialLeaf>): void {
    let digests = new Map<number, Digest>();
    for (const [index, leaf] of leaves) digests.set(index, leafDigest(leaf, this.#compress));
    for (let height = 0; ; height++) {
      for (const [index, digest] of digests) this.#nodes.set(`${height} ${index}`, digest);
      if (height === STATE_TREE_DEPTH) return;
      const parents = new Set(Array.from(digests.keys(), (index) => Math.floor(index / 2)));
      digests = new Map();
      for (const index of parents) {
        const [left, right] = [this.node(height, 2 * index), this.node(height, 2 * index + 1)];
        digests.set(index, this.#compress(DomainTag.node, left, right));
      }
    }
  }

  #path(leaf: PartialLeaf): ReturnType<FirstTree["prove"]> {
    const siblings = Array.from({ length: STATE_TREE_DEPTH }, (_, height) =>
      this.node(height, besideOf(Math.floor(leaf.index / 2 ** height))),
    );
    return { ...leaf, siblings };
  }

  #digestOf(height: number, index: number): Digest | undefined {
    return this.#nodes.get(`${height} ${index}`) ?? (index * 2 ** height >= this.#leafCount ? EMPTY_TREES[height] : undefined);
  }
}

/** A leaf's digest (docs/protocol.md, section 1). */
export function leafDigest({ leafKind, key, nextKey, value }: Omit<PartialLeaf, "index">, compress: Compress): number[] {
  return compress(DomainTag.leaf, compress(DomainTag.pair + leafKind, key, nextKey), valueDigest(value, compress));
}

/** Index of a node's sibling. */
function besideOf(index: number): number {
  return index % 2 === 0 ? index + 1 : index - 1;
}

function isInfinite(key: Digest): boolean {
  return compareDigests(key, ZERO_DIGEST) === 0;
}
