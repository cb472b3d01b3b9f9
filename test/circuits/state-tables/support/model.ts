import type { StateBefore } from "../../../../src/proofs/circuits/leaves/state-trace.ts";
import type { TouchedPath } from "../../../../src/proofs/circuits/leaves/touched-leaf.ts";
import { EMPTY_TREES } from "../../../../src/proofs/circuits/roots/roots-air.ts";
import { LIMBS } from "../../../../src/proofs/circuits/shapes/word.ts";
import { compress as plainCompress } from "../../../../src/proofs/kernels/poseidon.ts";
import { compareDigests } from "../../../../src/ground/protocol/diff-digest.ts";
import { DomainTag, STATE_TREE_DEPTH } from "../../../../src/ground/protocol/domain-tags.ts";
import type { StateCells } from "./judge.ts";

type Digest = readonly number[];

/** A leaf by any key, which need not be the digest of a name. */
export interface ModelLeaf {
  readonly kind: number;
  readonly key: Digest;
  /** 16 limbs. */
  readonly value: readonly number[];
}

const MEMORY = new Map<string, number[]>();

/** The compression by the reference, each once. */
export function compress(tag: number, left: Digest, right: Digest): number[] {
  const name = `${tag} ${left.join()} ${right.join()}`;
  const known = MEMORY.get(name) ?? plainCompress(tag, left, right);
  MEMORY.set(name, known);
  return known;
}

/** A state as docs/protocol.md §1 defines it, with keys of one's choice; leaf 0 is the sentinel. */
export class Model {
  readonly leaves: readonly ModelLeaf[];
  readonly #nodes: readonly (readonly Digest[])[];

  constructor(leaves: readonly ModelLeaf[]) {
    const zero = (count: number): number[] => new Array<number>(count).fill(0);
    const hasSentinel = leaves[0]?.key.every((lane) => lane === 0) ?? false;
    this.leaves = hasSentinel ? leaves : [{ kind: 0, key: zero(8), value: zero(LIMBS) }, ...leaves];
    const nodes = [this.leaves.map((leaf) => this.#digest(leaf))];
    for (let height = 0; height < STATE_TREE_DEPTH; height++) {
      const below = nodes[height]!;
      const at = (i: number): Digest => below[i] ?? EMPTY_TREES[height]!;
      const count = Math.ceil(below.length / 2);
      nodes.push(Array.from({ length: count }, (_, i) => compress(DomainTag.node, at(2 * i), at(2 * i + 1))));
    }
    this.#nodes = nodes;
  }

  get root(): Digest {
    return compress(DomainTag.state, this.#nodes.at(-1)![0]!, [this.leaves.length, 0, 0, 0, 0, 0, 0, 0]);
  }

  get before(): StateBefore {
    return { leafCount: this.leaves.length, last: this.pathOf(this.leaves.length - 1) };
  }

  pathOf(index: number): TouchedPath {
    const { kind: leafKind, key, value } = this.leaves[index]!;
    const siblings = this.#nodes.slice(0, -1).map((level, height) => level[(index >> height) ^ 1] ?? EMPTY_TREES[height]!);
    return { index, leafKind, key, nextKey: this.#next(key), value, siblings };
  }

  get paths(): TouchedPath[] {
    return this.leaves.map((_, index) => this.pathOf(index));
  }

  digestOf(index: number): Digest {
    return this.#nodes[0]![index]!;
  }

  /**
   * True if all claims of the rows are true: leaves have these values in this state, each reported once, and the root after
   * is that of the state with the values after, with new leaves in any order.
   */
  confirms({ leaves, roots }: StateCells): boolean {
    const told = leaves.filter(({ asked }) => asked === 1);
    const isOnce = new Set(told.map(({ key }) => key.join())).size === told.length;
    const isSaid = told.every(({ kind, key, before }) => {
      const leaf = this.#find(key);
      return leaf === undefined ? before.every((limb) => limb === 0) : leaf.kind === kind && leaf.value.join() === before.join();
    });
    const spoken = roots.filter(({ speaks }) => speaks === 1);
    const [first] = spoken;
    if (!isOnce || !isSaid || spoken.length !== 1 || first!.before.join() !== this.root.join()) return false;
    const kept = this.leaves.map((leaf) => {
      const change = told.find(({ key }) => key.join() === leaf.key.join());
      return change === undefined ? leaf : { ...leaf, value: change.after };
    });
    const fresh = told
      .filter(({ key, after }) => this.#find(key) === undefined && after.some((limb) => limb !== 0))
      .map(({ kind, key, after }) => ({ kind, key, value: after }));
    return orders(fresh).some((order) => new Model([...kept, ...order]).root.join() === first!.after.join());
  }

  #find(key: Digest): ModelLeaf | undefined {
    return this.leaves.find((leaf) => leaf.key.join() === key.join());
  }

  #next(key: Digest): Digest {
    const above = this.leaves.map((leaf) => leaf.key).filter((other) => compareDigests(other, key) > 0);
    return above.sort(compareDigests)[0] ?? EMPTY_TREES[0]!;
  }

  #digest({ kind, key, value }: ModelLeaf): Digest {
    const pair = compress(DomainTag.pair + kind, key, this.#next(key));
    return compress(DomainTag.leaf, pair, compress(DomainTag.value, value.slice(0, 8), value.slice(8)));
  }
}

function orders<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first, i) => orders([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [first, ...rest]));
}
