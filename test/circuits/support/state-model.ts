import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { DomainTag, type LeafKind, STATE_TREE_DEPTH } from "../../../src/ground/protocol/domain-tags.ts";
import { OUTPUTS_ADDRESS, OUTPUTS_SLOT } from "../../../src/ground/protocol/outputs-leaf.ts";
import type { DiffEntry } from "../../../src/ground/protocol/diff-list.ts";
import type {
  Digest,
  InsertionWitness,
  StateTransitionWitness,
  UpdateWitness,
} from "../../../src/ground/protocol/state-transition-witness.ts";

const ZERO: Digest = [0, 0, 0, 0, 0, 0, 0, 0];
const EMPTY: Digest[] = [ZERO];
for (let level = 0; level < STATE_TREE_DEPTH; level++) EMPTY.push(compress(DomainTag.node, EMPTY[level]!, EMPTY[level]!));

interface Leaf {
  readonly kind: LeafKind;
  readonly key: Digest;
  next: Digest;
  value: bigint;
}

function limbs(word: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((word >> BigInt(16 * i)) & 0xffffn));
}

/** Value digest of a 256-bit word. */
export function hashValue(value: bigint): Digest {
  return compress(DomainTag.value, limbs(value, 16).slice(0, 8), limbs(value, 16).slice(8));
}

/** K of a kind, an address and a slot. */
export function deriveKey(kind: number, address: bigint, slot: bigint, tag = 3): Digest {
  const block = [tag, kind, ...limbs(address, 10), ...limbs(slot, 16), 0, 0, 0, 0];
  const first = compress(DomainTag.key, block.slice(0, 8), block.slice(8, 16));
  return compress(DomainTag.key, compress(DomainTag.key, first, block.slice(16, 24)), block.slice(24));
}

export function compareDigests(a: Digest, b: Digest): number {
  const lane = a.findIndex((x, i) => x !== b[i]);
  return lane < 0 ? 0 : a[lane]! - b[lane]!;
}

function hashLeaf({ kind, key, next, value }: Leaf): Digest {
  return compress(DomainTag.leaf, compress(DomainTag.pair + kind, key, next), hashValue(value));
}

/** Place of a forged insertion; by default the correct one. */
export interface InsertionPlace {
  readonly lowIndex?: number;
  readonly index?: number;
  readonly key?: Digest;
}

/**
 * The state tree by its definition, written for the tests alone: a sparse map of nodes, hashed with the reference
 * permutation. It gives the witnesses that the circuit's tests prove and the roots that they expect.
 */
export class StateModel {
  readonly leaves: Leaf[] = [];
  readonly depth: number;
  readonly #nodes = new Map<string, Digest>();

  /** A tree with its sentinel and outputs leaf, for batches that stay below 2^depth leaves. */
  constructor(depth: number) {
    this.depth = depth;
    this.#put(0, { kind: 0, key: ZERO, next: ZERO, value: 0n });
    this.insert(0, OUTPUTS_ADDRESS, OUTPUTS_SLOT, 1n);
  }

  get root(): Digest {
    return this.#node(this.depth, 0);
  }

  siblings(index: number): Digest[] {
    return Array.from({ length: this.depth }, (_, level) => this.#node(level, (index >> level) ^ 1));
  }

  stateRoot(): Digest {
    let root = this.root;
    for (let level = this.depth; level < STATE_TREE_DEPTH; level++) root = compress(DomainTag.node, root, EMPTY[level]!);
    return compress(DomainTag.state, root, [this.leaves.length, 0, 0, 0, 0, 0, 0, 0]);
  }

  update(index: number, value: bigint): UpdateWitness {
    const leaf = this.leaves[index]!;
    const witness: UpdateWitness = {
      type: "update",
      entry: { type: "update", index, isCode: leaf.kind === 2, value },
      leafKind: leaf.kind,
      key: leaf.key,
      nextKey: leaf.next,
      oldValue: leaf.value,
      siblings: this.siblings(index),
    };
    leaf.value = value;
    this.#rehash(index);
    return witness;
  }

  insert(leafKind: LeafKind, address: bigint, slot: bigint, value: bigint, place: InsertionPlace = {}): InsertionWitness {
    const { key = deriveKey(leafKind, address, slot) } = place;
    const { lowIndex = this.#lowLeafOf(key), index = this.leaves.length } = place;
    const low = this.leaves[lowIndex]!;
    const before = { index: lowIndex, leafKind: low.kind, key: low.key, nextKey: low.next, value: low.value };
    const lowSiblings = this.siblings(lowIndex);
    low.next = key;
    this.#rehash(lowIndex);
    const siblings = this.siblings(index);
    this.#put(index, { kind: leafKind, key, next: before.nextKey, value });
    return {
      type: "insertion",
      entry: { type: "insertion", leafKind, address, slot, value },
      key,
      index,
      low: { ...before, siblings: lowSiblings },
      siblings,
    };
  }

  /** Applies a batch of operations and gives its witness. */
  batch(apply: (tree: StateModel) => readonly (UpdateWitness | InsertionWitness)[]): StateTransitionWitness {
    const oldSubtreeRoot = this.root;
    const oldLeafCount = this.leaves.length;
    const operations = apply(this);
    return {
      depth: this.depth,
      oldLeafCount,
      newLeafCount: this.leaves.length,
      topSiblings: EMPTY.slice(this.depth, STATE_TREE_DEPTH),
      oldSubtreeRoot,
      newSubtreeRoot: this.root,
      operations,
    };
  }

  #lowLeafOf(key: Digest): number {
    let lowIndex = 0;
    this.leaves.forEach((leaf, i) => {
      const best = this.leaves[lowIndex]!;
      if (compareDigests(leaf.key, key) < 0 && compareDigests(leaf.key, best.key) > 0) lowIndex = i;
    });
    return lowIndex;
  }

  #put(index: number, leaf: Leaf): void {
    this.leaves[index] = leaf;
    this.#rehash(index);
  }

  #node(level: number, index: number): Digest {
    return this.#nodes.get(`${level}:${index}`) ?? EMPTY[level]!;
  }

  #rehash(index: number): void {
    this.#nodes.set(`0:${index}`, hashLeaf(this.leaves[index]!));
    for (let level = 1; level <= this.depth; level++) {
      const at = index >> level;
      this.#nodes.set(
        `${level}:${at}`,
        compress(DomainTag.node, this.#node(level - 1, 2 * at), this.#node(level - 1, 2 * at + 1)),
      );
    }
  }
}

/** The diff list's digest D by its definition. */
export function diffDigest(entries: readonly DiffEntry[]): Digest {
  return entries.reduce<Digest>((digest, entry) => {
    const head =
      entry.type === "update"
        ? [entry.isCode ? 2 : 1, ...limbs(BigInt(entry.index), 2), 0, 0, 0, 0, 0]
        : deriveKey(entry.leafKind, entry.address, entry.slot);
    return compress(DomainTag.diff, compress(DomainTag.diff, digest, head), hashValue(entry.value));
  }, ZERO);
}

/** The coefficients of a diff list in the quintic extension, highest first, without the entry count. */
export function diffCoefficients(entries: readonly DiffEntry[]): number[][] {
  return entries.flatMap((entry) => {
    const [first, ...value] = limbs(entry.value, 16);
    const slot = entry.type === "update" ? [] : limbs(entry.slot, 16);
    const name =
      entry.type === "update"
        ? [0, 0, entry.isCode ? 2 : 1, 0, 0, entry.index & 0xffff, 0, 0, entry.index >>> 16, 0, 0, 0, 0, 0]
        : [3 + entry.leafKind, ...limbs(entry.address, 10), ...slot, 0, 0];
    const cells = [...name, first!, ...value];
    // Of each block of 15, every third cell from the first, from the second, from the third.
    return Array.from({ length: cells.length / 5 }, (_, k) =>
      Array.from({ length: 5 }, (_, i) => cells[15 * Math.floor(k / 3) + (k % 3) + 3 * i]!),
    );
  });
}
