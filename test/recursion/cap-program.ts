import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import type { Hints } from "../../src/proofs/recursion/interpret.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";
import type { Octet, Word } from "../../src/proofs/recursion/relation.ts";

const HASH_TAG = 17;
const NODE_TAG = 18;
/** Depth of both trees; paths end at a cap of 2^2 nodes. */
const DEPTH = 4;
const CAP_LEVEL = 2;
const CAP_NODES = 2 ** CAP_LEVEL;
const BELOW_CAP = DEPTH - CAP_LEVEL;

/** Differences from the right program. */
export interface CapVariant {
  /** Steps from a leaf to the cap. */
  readonly steps?: number;
  /** Source of the index, instead of the bits above the climbed ones. */
  readonly index?: "climbed bits" | "hint" | "plus stated";
  /** Cap nodes that are hashed to the root. */
  readonly hashed?: number;
  /** True if there is a third tree of one entry, which leads to no root. */
  readonly hasThird?: boolean;
}

/** Layers of a tree, leaves first. */
export type Tree = readonly (readonly (readonly number[])[])[];

/** A tree whose leaves follow from a number, except a given first one. */
export function treeOf(seed: number, first?: readonly number[]): Tree {
  const leafOf = (leaf: number): number[] => Array.from({ length: 8 }, (_, i) => 100_000 * seed + 100 * leaf + i);
  const layers = [
    Array.from({ length: 2 ** DEPTH }, (_, leaf) => (leaf === 0 && first !== undefined ? [...first] : leafOf(leaf))),
  ];
  for (let below = layers[0]!; below.length > 1; layers.push(below))
    below = pairs(below).map(([left, right]) => compress(NODE_TAG, left, right));
  return layers;
}

/**
 * A leaf of each of two trees at one position, by caps. The statement is both roots, the position and both leaves; after them two
 * coordinates that are added to the index, if they are stated.
 */
export function capProgram({ steps = BELOW_CAP, index, hashed = CAP_NODES, hasThird = false }: CapVariant = {}): Program {
  const a = new Assembler();
  a.section("all", "MerkleMismatch");
  const publics = (count: number): Word[] => Array.from({ length: count }, () => a.public());
  const roots = [a.pack(publics(8)), a.pack(publics(8))];
  const position = a.public();
  const leaves = [a.pack(publics(8)), a.pack(publics(8))];
  const bits = a.newWords(DEPTH);
  a.bits(position, { low: position, high: a.constant(0), bits });
  const trees = roots.map((root) => offerCap(a, root, hashed));
  if (hasThird) offerHint(a);
  const at = indexOf(a, index, bits);
  leaves.forEach((leaf, t) => {
    const node = bits.slice(0, steps).reduce<Octet>((from, bit) => a.climb(bit, from), leaf);
    a.pick(trees[t]!, at, node);
  });
  return a.build("caps");
}

/** Offers the cap's nodes, and hashes the first ones to the root. */
function offerCap(a: Assembler, root: Octet, hashed: number): number {
  const tree = a.newTree();
  let layer = Array.from({ length: CAP_NODES }, (_, i) => a.offer(tree, i)).slice(0, hashed);
  while (layer.length > 1)
    layer = pairs(layer).map(([left, right]) => a.compress(NODE_TAG, left, right, ...(layer.length === 2 ? [root] : [])));
  return tree;
}

/** A hashed entry of a tree without a root. */
function offerHint(a: Assembler): void {
  const entry = a.offer(a.newTree(), 0);
  const [first] = a.unpack(a.compress(HASH_TAG, entry, entry), 1);
  a.arithmetic({ product: { factor: 1, a: first!, b: a.constant(0) } }, a.constant(0));
}

function indexOf(a: Assembler, source: CapVariant["index"], bits: readonly Word[]): Word {
  const one = a.constant(1);
  if (source === "hint") {
    const hint = a.newWord();
    a.unpack(a.compress(HASH_TAG, a.pack([]), a.pack([hint])), 1);
    return hint;
  }
  const [low, high] = source === "climbed bits" ? bits : bits.slice(BELOW_CAP);
  const sum = a.arithmetic({ product: { factor: 2, a: high!, b: one }, linear: { factor: 1, c: low! } });
  if (source !== "plus stated") return sum;
  const [first, second] = [a.public(), a.public()];
  const moved = a.arithmetic({ product: { factor: 1, a: first, b: one }, linear: { factor: 1, c: sum } });
  return a.arithmetic({ product: { factor: 1, a: a.constant([0, 1, 0, 0, 0]), b: second }, linear: { factor: 1, c: moved } });
}

/** A claim, with the hints that a prover has for it. */
export interface CapClaim {
  readonly position: number;
  readonly leaves: readonly (readonly number[])[];
  /** Siblings of each tree's path, the lowest first. */
  readonly siblings: readonly (readonly (readonly number[])[])[];
  /** Entries of further trees. */
  readonly others?: readonly (readonly number[])[];
  /** The index, if it is a hint. */
  readonly index?: number;
}

/** Siblings of a position's path, beginning at a layer. */
export function siblingsOf(tree: Tree, position: number, from = 0, steps = BELOW_CAP): (readonly number[])[] {
  return Array.from({ length: steps }, (_, i) => tree[from + i]![(position >> (from + i)) ^ 1]!);
}

/** Public values and hints of a claim about two trees. */
export function capInput(
  trees: readonly Tree[],
  { position, leaves, siblings, others = [], index }: CapClaim,
): { readonly publicValues: number[]; readonly hints: Hints } {
  const roots = trees.map((tree) => tree[DEPTH]![0]!);
  return {
    publicValues: [...roots.flat(), position, ...leaves.flat()],
    hints: {
      words: index === undefined ? [] : [[index, 0, 0, 0, 0]],
      octets: [...trees.flatMap((tree) => tree[BELOW_CAP]!), ...others, ...siblings.flat()],
    },
  };
}

function pairs<T>(list: readonly T[]): (readonly [T, T])[] {
  return Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i]!, list[2 * i + 1]!] as const);
}
