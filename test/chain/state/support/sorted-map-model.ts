import type { DiffEntry, InsertionEntry, UpdateEntry } from "../../../../src/ground/protocol/diff-list.ts";
import type { LeafKind } from "../../../../src/ground/protocol/domain-tags.ts";
import type { Digest } from "../../../../src/ground/protocol/state-transition-witness.ts";
import { compareDigests, limbsOf, type Compress } from "./hash.ts";

export interface ModelWrite {
  readonly leafKind: LeafKind;
  readonly address: bigint;
  readonly slot: bigint;
  readonly value: bigint;
}

interface ModelLeaf {
  readonly key: Digest;
  readonly kind: number;
  value: bigint;
}

const ZERO: Digest = [0, 0, 0, 0, 0, 0, 0, 0];

/**
 * The state as a list of leaves, everything recomputed from scratch at every question: sorts to find successors, hashes
 * the whole tree for a root. Written from the definitions only; shares no code with the tree under test.
 */
export class SortedMapModel {
  readonly #compress: Compress;
  leaves: ModelLeaf[];

  constructor(compress: Compress, genesis: readonly ModelWrite[]) {
    this.#compress = compress;
    const outputsKey = this.key({ leafKind: 0, address: 0x800bn, slot: 0n });
    const initial = genesis.map((write) => ({ key: this.key(write), kind: write.leafKind, value: write.value }));
    initial.sort((a, b) => compareDigests(a.key, b.key));
    this.leaves = [{ key: ZERO, kind: 0, value: 0n }, { key: outputsKey, kind: 0, value: 0n }, ...initial];
  }

  key({ leafKind, address, slot }: Omit<ModelWrite, "value">): Digest {
    const block = [3, leafKind, ...limbsOf(address, 10), ...limbsOf(slot), 0, 0, 0, 0];
    const h1 = this.#compress(4, block.slice(0, 8), block.slice(8, 16));
    const h2 = this.#compress(4, h1, block.slice(16, 24));
    return this.#compress(4, h2, block.slice(24, 32));
  }

  get(place: Omit<ModelWrite, "value">): bigint {
    return this.#find(this.key(place))?.value ?? 0n;
  }

  /** Applies net writes and returns the canonical diff list. */
  apply(writes: readonly ModelWrite[], outputsHash: bigint): DiffEntry[] {
    const updates: UpdateEntry[] = [];
    const insertions: { key: Digest; entry: InsertionEntry }[] = [];
    for (const write of writes) {
      const key = this.key(write);
      const leaf = this.#find(key);
      if (leaf === undefined && write.value !== 0n) {
        const { leafKind, address, slot, value } = write;
        insertions.push({ key, entry: { type: "insertion", leafKind, address, slot, value } });
      }
      if (leaf !== undefined && leaf.value !== write.value) {
        const index = this.leaves.indexOf(leaf);
        updates.push({ type: "update", index, isCode: leaf.kind === 2, value: write.value });
      }
    }
    updates.sort((a, b) => a.index - b.index);
    insertions.sort((a, b) => compareDigests(a.key, b.key));
    for (const { index, value } of updates) this.leaves[index]!.value = value;
    for (const { key, entry } of insertions) this.leaves.push({ key, kind: entry.leafKind, value: entry.value });
    this.leaves[1]!.value = outputsHash;
    return [...updates, ...insertions.map(({ entry }) => entry), { type: "update", index: 1, isCode: false, value: outputsHash }];
  }

  copyLeaves(): ModelLeaf[] {
    return this.leaves.map((leaf) => ({ ...leaf }));
  }

  stateRoot(): Digest {
    const sorted = [...this.leaves].sort((a, b) => compareDigests(a.key, b.key));
    const digests = this.leaves.map((leaf) => {
      const next = sorted[sorted.indexOf(leaf) + 1]?.key ?? ZERO;
      const limbs = limbsOf(leaf.value);
      const pair = this.#compress(8 + leaf.kind, leaf.key, next);
      return this.#compress(2, pair, this.#compress(3, limbs.slice(0, 8), limbs.slice(8)));
    });
    let layer: Digest[] = digests;
    let empty: Digest = ZERO;
    for (let level = 0; level < 32; level++) {
      const above: Digest[] = [];
      for (let i = 0; i < layer.length; i += 2) above.push(this.#compress(1, layer[i]!, layer[i + 1] ?? empty));
      layer = above;
      empty = this.#compress(1, empty, empty);
    }
    return this.#compress(6, layer[0]!, [this.leaves.length, 0, 0, 0, 0, 0, 0, 0]);
  }

  #find(key: Digest): ModelLeaf | undefined {
    return this.leaves.find((leaf) => compareDigests(leaf.key, key) === 0);
  }
}
