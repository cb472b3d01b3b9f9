import { DomainTag, STATE_TREE_DEPTH } from "../../ground/protocol/domain-tags.ts";
import type { Digest } from "../../ground/protocol/state-transition-witness.ts";
import { compressEach, type BatchCompressor } from "./batch-compressor.ts";
import { copyDigest, DIGEST_LENGTH, digestAt } from "./digest-array.ts";

/** Compressions per call when many nodes are rehashed; bounds the scratch memory. */
const REHASH_CHUNK = 4096;

/**
 * Digests of the tree, one flat array per level. Level 0 holds the leaves, level 32 the root. Places beyond the last
 * leaf hold the digest of an empty subtree, and every level but the root's has at least two places, so that a sibling
 * can always be read.
 */
export class NodeStore {
  readonly #compressor: BatchCompressor;
  readonly #levels: Uint32Array[] = [];
  /** Digest of the empty subtree of each height. */
  readonly #empty: Uint32Array;
  #capacityLog = 1;

  constructor(compressor: BatchCompressor) {
    this.#compressor = compressor;
    this.#empty = emptySubtrees(compressor);
    for (let level = 0; level <= STATE_TREE_DEPTH; level++) this.#levels.push(this.#emptyLevel(level, 2));
  }

  get treeRoot(): Digest {
    return this.node(STATE_TREE_DEPTH, 0);
  }

  /** A node within the reserved capacity. */
  node(level: number, index: number): Digest {
    return digestAt(this.#level(level), index * DIGEST_LENGTH);
  }

  /** Root of the empty subtree of a height. */
  emptySubtree(height: number): Digest {
    return digestAt(this.#empty, height * DIGEST_LENGTH);
  }

  /** Siblings of a leaf's path, levels 0 … depth − 1. */
  siblings(leaf: number, depth: number): Digest[] {
    return Array.from({ length: depth }, (_, level) => this.node(level, (leaf >>> level) ^ 1));
  }

  /** Makes room for `leafCount` leaves. Throws RangeError when memory runs out; the tree is then unchanged. */
  reserve(leafCount: number): void {
    const log = heightFor(leafCount);
    if (log <= this.#capacityLog) return;
    for (let level = 0; level < log; level++) {
      const grown = this.#emptyLevel(level, 2 ** Math.max(1, log - level));
      grown.set(this.#level(level));
      this.#levels[level] = grown;
    }
    this.#capacityLog = log;
  }

  /** Puts a leaf's digest in place without touching the nodes above; `rehash` must follow. */
  setLeaf(leaf: number, digests: Uint32Array, index: number): void {
    copyDigest(digests, index * DIGEST_LENGTH, this.#level(0), leaf * DIGEST_LENGTH);
  }

  /** Makes a leaf's place empty again; `rehash` must follow. */
  clearLeaf(leaf: number): void {
    this.setLeaf(leaf, this.#empty, 0);
  }

  /** Recomputes every node above the given leaves once. Takes leaf indices strictly ascending. */
  rehash(leaves: Uint32Array): void {
    const inputs = new Uint32Array(Math.min(REHASH_CHUNK, leaves.length) * 16);
    const outputs = new Uint32Array(Math.min(REHASH_CHUNK, leaves.length) * DIGEST_LENGTH);
    let children = leaves;
    for (let level = 0; level < STATE_TREE_DEPTH; level++) {
      const below = this.#level(level);
      const above = this.#level(level + 1);
      const parents = distinctParents(children);
      for (let start = 0; start < parents.length; start += REHASH_CHUNK) {
        const count = Math.min(REHASH_CHUNK, parents.length - start);
        for (let i = 0; i < count; i++) {
          const pair = (parents[start + i] as number) * 16;
          copyDigest(below, pair, inputs, i * 16);
          copyDigest(below, pair + DIGEST_LENGTH, inputs, i * 16 + DIGEST_LENGTH);
        }
        compressEach(this.#compressor, DomainTag.node, count, inputs, outputs);
        for (let i = 0; i < count; i++) {
          copyDigest(outputs, i * DIGEST_LENGTH, above, (parents[start + i] as number) * DIGEST_LENGTH);
        }
      }
      children = parents;
    }
  }

  /**
   * Writes leaves in sequence (a leaf may occur more than once), each against the tree that its predecessors left, and
   * returns the siblings that each met: writes × depth × 8. All leaves must lie below 2^depth.
   *
   * The sequence needs no sequential hashing: the node that write t makes on a level depends only on its node one level
   * down and on the newest version there of the sibling among the writes before t. So each level is swept once in order,
   * which yields all siblings, and then hashed in one batch.
   */
  writeInSequence(leaves: Uint32Array, digests: Uint32Array, depth: number): Uint32Array {
    const count = leaves.length;
    const siblings = new Uint32Array(count * depth * DIGEST_LENGTH);
    const inputs = new Uint32Array(count * 2 * DIGEST_LENGTH);
    const nodes = digests.slice(0, count * DIGEST_LENGTH);
    for (let level = 0; level < depth; level++) {
      const current = this.#level(level);
      for (let t = 0; t < count; t++) {
        const index = (leaves[t] as number) >>> level;
        const side = index & 1;
        const sibling = (index ^ 1) * DIGEST_LENGTH;
        copyDigest(current, sibling, siblings, (t * depth + level) * DIGEST_LENGTH);
        copyDigest(current, sibling, inputs, t * 16 + (side ^ 1) * DIGEST_LENGTH);
        copyDigest(nodes, t * DIGEST_LENGTH, inputs, t * 16 + side * DIGEST_LENGTH);
        copyDigest(nodes, t * DIGEST_LENGTH, current, index * DIGEST_LENGTH);
      }
      compressEach(this.#compressor, DomainTag.node, count, inputs, nodes);
    }
    copyDigest(nodes, (count - 1) * DIGEST_LENGTH, this.#level(depth), 0);
    this.#rehashSpine(depth);
    return siblings;
  }

  /** Recomputes the nodes above the subtree of height `depth` that holds all leaves. */
  #rehashSpine(depth: number): void {
    const output = new Uint32Array(DIGEST_LENGTH);
    for (let level = depth; level < STATE_TREE_DEPTH; level++) {
      compressEach(this.#compressor, DomainTag.node, 1, this.#level(level), output);
      copyDigest(output, 0, this.#level(level + 1), 0);
    }
  }

  #emptyLevel(level: number, places: number): Uint32Array {
    const nodes = new Uint32Array(places * DIGEST_LENGTH);
    if (level === 0) return nodes;
    for (let i = 0; i < places; i++) copyDigest(this.#empty, level * DIGEST_LENGTH, nodes, i * DIGEST_LENGTH);
    return nodes;
  }

  #level(level: number): Uint32Array {
    const nodes = this.#levels[level];
    if (nodes === undefined) throw new Error(`level ${level} must be between 0 and ${STATE_TREE_DEPTH}`);
    return nodes;
  }
}

/** Height of the smallest subtree that holds `leafCount` leaves, at least 1. */
export function heightFor(leafCount: number): number {
  let height = 1;
  while (2 ** height < leafCount) height++;
  return height;
}

function emptySubtrees(compressor: BatchCompressor): Uint32Array {
  const empty = new Uint32Array((STATE_TREE_DEPTH + 1) * DIGEST_LENGTH);
  const input = new Uint32Array(2 * DIGEST_LENGTH);
  const output = new Uint32Array(DIGEST_LENGTH);
  for (let height = 1; height <= STATE_TREE_DEPTH; height++) {
    copyDigest(empty, (height - 1) * DIGEST_LENGTH, input, 0);
    copyDigest(empty, (height - 1) * DIGEST_LENGTH, input, DIGEST_LENGTH);
    compressEach(compressor, DomainTag.node, 1, input, output);
    copyDigest(output, 0, empty, height * DIGEST_LENGTH);
  }
  return empty;
}

function distinctParents(children: Uint32Array): Uint32Array {
  const parents = new Uint32Array(children.length);
  let count = 0;
  for (let i = 0; i < children.length; i++) {
    const parent = (children[i] as number) >>> 1;
    if (count === 0 || parents[count - 1] !== parent) parents[count++] = parent;
  }
  return parents.subarray(0, count);
}
