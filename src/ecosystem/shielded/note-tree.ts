import { nodeOf, padDigest, TREE_DEPTH } from "../../proofs/circuits/join-split/note.ts";
import { compress } from "../../proofs/kernels/poseidon.ts";
import type { Digest } from "../../ground/protocol/digest.ts";

/** A pool's tree of commitments: a new pair of leaves changes one node of each level. */
export class NoteTree {
  /** Nodes by level, leaves first; an empty node is not stored. */
  readonly #levels: Digest[][] = Array.from({ length: TREE_DEPTH + 1 }, () => []);
  readonly #empty: Digest[] = [padDigest([])];

  constructor() {
    for (let level = 0; level < TREE_DEPTH; level++)
      this.#empty.push(nodeOf(compress, this.#emptyAt(level), this.#emptyAt(level)));
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  get root(): Digest {
    return this.#node(TREE_DEPTH, 0);
  }

  /** Appends a pair of leaves. */
  append(pair: readonly [Digest, Digest]): void {
    const leaves = this.#levels[0] ?? [];
    leaves.push(...pair);
    let at = (leaves.length - 1) / 2;
    for (let level = 1; level <= TREE_DEPTH; level++) {
      at = Math.floor(at);
      const nodes = this.#levels[level] ?? [];
      nodes[at] = nodeOf(compress, this.#node(level - 1, 2 * at), this.#node(level - 1, 2 * at + 1));
      at /= 2;
    }
  }

  /** Siblings of a leaf and of the nodes above it. */
  siblings(index: number): Digest[] {
    return Array.from({ length: TREE_DEPTH }, (_, level) => {
      const at = Math.floor(index / 2 ** level);
      return this.#node(level, at % 2 === 0 ? at + 1 : at - 1);
    });
  }

  #node(level: number, at: number): Digest {
    return this.#levels[level]?.[at] ?? this.#emptyAt(level);
  }

  #emptyAt(level: number): Digest {
    return this.#empty[level] ?? padDigest([]);
  }
}
