import { DomainTag } from "../../ground/protocol/domain-tags.ts";
import { compressEach, type BatchCompressor } from "./batch-compressor.ts";
import { copyDigest, DIGEST_LENGTH } from "./digest-array.ts";
import type { LeafStore } from "./leaf-store.ts";
import { writeLimbs } from "./word-array.ts";

const VALUE_LIMBS = 16;

/**
 * Collects leaves in their state at the moment of `add` and hashes them together: leaf = C_LEAF(C_PAIR+kind(K, K_next),
 * C_VALUE(limbs 0–7, limbs 8–15)).
 */
export class LeafBatch {
  readonly #pairs: Uint32Array;
  readonly #limbs: Uint32Array;
  /** Tags of the pair digests. */
  readonly #pairTags: Uint32Array;
  readonly #leaves: Uint32Array;
  #count = 0;

  constructor(capacity: number) {
    this.#pairs = new Uint32Array(capacity * 2 * DIGEST_LENGTH);
    this.#limbs = new Uint32Array(capacity * VALUE_LIMBS);
    this.#pairTags = new Uint32Array(capacity);
    this.#leaves = new Uint32Array(capacity);
  }

  /** Indices of the leaves added, in order. */
  get leaves(): Uint32Array {
    return this.#leaves.subarray(0, this.#count);
  }

  add(store: LeafStore, leaf: number): void {
    const at = this.#count++;
    this.#leaves[at] = leaf;
    this.#pairTags[at] = DomainTag.pair + store.kind(leaf);
    copyDigest(store.keys, leaf * DIGEST_LENGTH, this.#pairs, at * 16);
    copyDigest(store.keys, store.next(leaf) * DIGEST_LENGTH, this.#pairs, at * 16 + DIGEST_LENGTH);
    writeLimbs(store.words, leaf, VALUE_LIMBS, this.#limbs, at * VALUE_LIMBS);
  }

  /** The leaf digests in order: count × 8. Uses up the batch's memory, so it can be called once. */
  digests(compressor: BatchCompressor): Uint32Array {
    const count = this.#count;
    const pairs = this.#pairs;
    const outputs = new Uint32Array(count * DIGEST_LENGTH);
    compressor.compressBatch(count, this.#pairTags, pairs, outputs);
    for (let i = 0; i < count; i++) copyDigest(outputs, i * DIGEST_LENGTH, pairs, i * 16);
    compressEach(compressor, DomainTag.value, count, this.#limbs, outputs);
    for (let i = 0; i < count; i++) copyDigest(outputs, i * DIGEST_LENGTH, pairs, i * 16 + DIGEST_LENGTH);
    compressEach(compressor, DomainTag.leaf, count, pairs, outputs);
    return outputs;
  }
}
