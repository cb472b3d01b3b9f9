import type { TouchedPath } from "../../../../src/proofs/circuits/leaves/touched-leaf.ts";
import { EMPTY_TREES } from "../../../../src/proofs/circuits/roots/roots-air.ts";
import { LIMBS } from "../../../../src/proofs/circuits/shapes/word.ts";
import { compareDigests } from "../../../../src/ground/protocol/diff-digest.ts";
import { DomainTag, STATE_TREE_DEPTH } from "../../../../src/ground/protocol/domain-tags.ts";
import { compress } from "../../state-tables/support/model.ts";

export type Digest = readonly number[];

/** A digest with these lanes first and zeros behind. */
export const digest = (...lanes: readonly number[]): number[] => Array.from({ length: 8 }, (_, i) => lanes[i] ?? 0);

/** A list with one element changed by so much. */
export const bumped = (list: readonly number[], at: number, by = 1): number[] => list.map((x, i) => (i === at ? x + by : x));

/** The digest of the value 0, and of another one. */
export const ZERO = compress(DomainTag.value, digest(), digest());
export const ONE = compress(DomainTag.value, digest(1), digest());

/** A leaf by any key and any digest of a value. */
export interface ListedLeaf {
  readonly key: Digest;
  readonly value: Digest;
}

/** A state by docs/protocol.md §1, its leaves in the order of their places; the sentinel, which is 0, is the first. */
export class Listing {
  readonly leaves: readonly ListedLeaf[];
  readonly #nodes: readonly (readonly Digest[])[];

  constructor(leaves: readonly ListedLeaf[]) {
    this.leaves = [{ key: digest(), value: ZERO }, ...leaves];
    const nodes: Digest[][] = [this.leaves.map((_, place) => this.#leafDigest(place))];
    for (let height = 0; height < STATE_TREE_DEPTH; height++) {
      const at = (i: number): Digest => nodes[height]![i] ?? EMPTY_TREES[height]!;
      const count = Math.ceil(nodes[height]!.length / 2);
      nodes.push(Array.from({ length: count }, (_, i) => compress(DomainTag.node, at(2 * i), at(2 * i + 1))));
    }
    this.#nodes = nodes;
  }

  get count(): number {
    return this.leaves.length;
  }

  get root(): Digest {
    return compress(DomainTag.state, this.#nodes.at(-1)![0]!, digest(this.count));
  }

  successorOf(place: number): Digest {
    const { key } = this.leaves[place]!;
    const above = this.leaves.map((leaf) => leaf.key).filter((other) => compareDigests(other, key) > 0);
    return above.sort(compareDigests)[0] ?? digest();
  }

  leafAt(place: number): Digest {
    return this.#nodes[0]![place]!;
  }

  pathOf(index: number): TouchedPath {
    const siblings = this.#nodes.slice(0, -1).map((level, height) => level[(index >> height) ^ 1] ?? EMPTY_TREES[height]!);
    const { key, value: own } = this.leaves[index]!;
    // Limbs of other values are never requested, because their places are always relisted.
    const value = Array.from({ length: LIMBS }, (_, i) => (i === 0 && own.join() === ONE.join() ? 1 : 0));
    return { index, leafKind: 0, key, nextKey: this.successorOf(index), value, siblings };
  }

  /** Whether a root is that of a state with the same leaves, in whatever order, of which some may lack that are 0. */
  isListedIn(root: Digest): boolean {
    const [, ...leaves] = this.leaves;
    const zeros = leaves.filter(({ value }) => value.join() === ZERO.join());
    const others = leaves.filter((leaf) => !zeros.includes(leaf));
    return subsets(zeros).some((some) =>
      orders([...others, ...some]).some((order) => new Listing(order).root.join() === root.join()),
    );
  }

  #leafDigest(place: number): Digest {
    const { key, value } = this.leaves[place]!;
    return compress(DomainTag.leaf, compress(DomainTag.pair, key, this.successorOf(place)), value);
  }
}

function subsets<T>(list: readonly T[]): T[][] {
  const [first, ...rest] = list;
  return first === undefined ? [[]] : subsets(rest).flatMap((some) => [some, [first, ...some]]);
}

function orders<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first, i) => orders([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [first, ...rest]));
}
