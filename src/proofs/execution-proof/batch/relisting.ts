import { EMPTY_TREES } from "../../circuits/roots/roots-air.ts";
import { compareDigests } from "../../../ground/protocol/diff-digest.ts";
import { type Compress, type Digest, ZERO_DIGEST } from "../../../ground/protocol/digest.ts";
import { DomainTag, STATE_TREE_DEPTH } from "../../../ground/protocol/domain-tags.ts";
import { leafDigest, PartialTree, type PartialLeaf, type PlacedNode } from "./partial-tree.ts";

/**
 * Evidence that two roots are of one state: the tree under the first, with the leaves from a place onwards relisted in
 * the order of their keys and without those that are 0 again, is the tree under the second.
 */
export interface Relisting {
  /** Index of the first relisted leaf. */
  readonly first: number;
  /** The leaves from there on, in order. */
  readonly listed: readonly PartialLeaf[];
  /** Leaves before that place, by place: those whose successor is taken out. */
  readonly linked: readonly PartialLeaf[];
  /** Siblings along the paths of all these, from the top down and from left to right; only of those before that index. */
  readonly siblings: readonly Digest[];
}

/** Relists the leaves of a tree from index `first` onwards. */
export function relist(tree: PartialTree, first: number): Relisting {
  const listed = tree.leavesFrom(first);
  const removed = new Set(listed.filter(({ value }) => value === 0n).map(({ key }) => key.join()));
  const linked = tree.leavesLinkedTo(removed).filter(({ index }) => index < first);
  const siblings: Digest[] = [];
  fold(
    [...linked, ...listed].map(({ index }) => index),
    first,
    {
      sibling: (height, index) => siblings[siblings.push(tree.node(height, index)) - 1] ?? [],
      leaf: (place) => tree.node(0, place),
      node: () => [],
    },
  );
  return { first, listed, linked, siblings };
}

/** Roots of a relisting: the state's root before it and after it. Undefined if it is invalid. */
export function relistedRoots(
  { first, listed, linked, siblings }: Relisting,
  compress: Compress,
): { readonly before: Digest; readonly after: Digest } | undefined {
  const isPlaced = listed.every(({ index }, i) => index === first + i) && linked.every(({ index }) => index < first);
  const isOrdered = linked.every(({ index }, i) => index > (linked[i - 1]?.index ?? -1));
  // Each earlier leaf is included for a removed one, and nodes for paths: further ones would be hashed for nothing.
  const removed = listed.filter(({ value }) => value === 0n).length;
  const isNeeded = linked.length <= removed && siblings.length <= STATE_TREE_DEPTH * (linked.length + 1);
  if (!isPlaced || !isOrdered || !isNeeded || first < 1) return undefined;
  const anew = listedAnew(listed, linked);
  if (anew === undefined) return undefined;
  const places = [...linked, ...listed].map(({ index }) => index);
  const root = (leaves: readonly PartialLeaf[], count: number): Digest | undefined => {
    const digests = new Map(leaves.map((leaf) => [leaf.index, leafDigest(leaf, compress)]));
    let taken = 0;
    const top = fold(places, first, {
      sibling: () => siblings[taken++] ?? ZERO_DIGEST,
      leaf: (place) => digests.get(place) ?? ZERO_DIGEST,
      node: (left, right) => compress(DomainTag.node, left, right),
    });
    if (taken !== siblings.length) return undefined;
    return compress(DomainTag.state, top, [count, 0, 0, 0, 0, 0, 0, 0]);
  };
  const before = root([...linked, ...listed], first + listed.length);
  const after = root([...anew.linked, ...anew.listed], first + anew.listed.length);
  return before === undefined || after === undefined ? undefined : { before, after };
}

/** The part of a tree that a relisting changes, before it. */
export function relistedTree({ first, listed, linked, siblings }: Relisting, compress: Compress): PartialTree {
  const leaves = [...linked, ...listed];
  const nodes = new Map<string, PlacedNode>();
  const put = (node: PlacedNode): unknown => nodes.set(`${node.height} ${node.index}`, node);
  const at = (height: number, index: number): Digest =>
    nodes.get(`${height} ${index}`)?.digest ?? EMPTY_TREES[height] ?? ZERO_DIGEST;
  const places = leaves.map(({ index }) => index);
  let taken = 0;
  fold(places, first, {
    sibling: (height, index) => {
      const digest = siblings[taken++] ?? ZERO_DIGEST;
      put({ height, index, digest });
      return digest;
    },
    leaf: () => ZERO_DIGEST,
    node: () => ZERO_DIGEST,
  });
  for (const leaf of leaves) put({ height: 0, index: leaf.index, digest: leafDigest(leaf, compress) });
  let above = new Set(places);
  for (let height = 0; height < STATE_TREE_DEPTH; height++) {
    above = new Set([...above].map((index) => Math.floor(index / 2)));
    for (const index of above)
      put({ height: height + 1, index, digest: compress(DomainTag.node, at(height, 2 * index), at(height, 2 * index + 1)) });
  }
  return new PartialTree({ leafCount: first + listed.length, leaves, nodes: [...nodes.values()] }, compress);
}

/** Source of the nodes of a tree. */
interface Nodes {
  /** A node in front of the first listed place, below which no leaf is named. */
  readonly sibling: (height: number, index: number) => Digest;
  readonly leaf: (place: number) => Digest;
  readonly node: (left: Digest, right: Digest) => Digest;
}

/** The top of a tree in which the leaves at these ascending places are named, all those from a first place on among them. */
function fold(places: readonly number[], first: number, nodes: Nodes, height = STATE_TREE_DEPTH, index = 0): Digest {
  if (places.length === 0) {
    return index * 2 ** height >= first ? (EMPTY_TREES[height] ?? ZERO_DIGEST) : nodes.sibling(height, index);
  }
  if (height === 0) return nodes.leaf(index);
  const middle = (2 * index + 1) * 2 ** (height - 1);
  const cut = places.findIndex((place) => place >= middle);
  const [below, above] = cut === -1 ? [places, []] : [places.slice(0, cut), places.slice(cut)];
  const left = fold(below, first, nodes, height - 1, 2 * index);
  return nodes.node(left, fold(above, first, nodes, height - 1, 2 * index + 1));
}

/** The relisted leaves. Undefined if a removed leaf is not the successor of exactly one. */
export function listedAnew(
  listed: readonly PartialLeaf[],
  linked: readonly PartialLeaf[],
): Pick<Relisting, "listed" | "linked"> | undefined {
  const [first] = listed;
  const removed = new Map(listed.filter(({ value }) => value === 0n).map((leaf) => [leaf.key.join(), leaf.nextKey]));
  const left = new Set(removed.keys());
  const relinked = (leaf: PartialLeaf): PartialLeaf => {
    let { nextKey } = leaf;
    for (let next = removed.get(nextKey.join()); next !== undefined && left.delete(nextKey.join());) {
      nextKey = next;
      next = removed.get(nextKey.join());
    }
    return { ...leaf, nextKey };
  };
  const kept = listed.filter(({ key }) => !removed.has(key.join())).sort((a, b) => compareDigests(a.key, b.key));
  const anew = kept.map((leaf, i) => ({ ...relinked(leaf), index: (first?.index ?? 0) + i }));
  const before = linked.map(relinked);
  return left.size === 0 ? { listed: anew, linked: before } : undefined;
}
