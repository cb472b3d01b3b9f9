import { add, sub } from "../../field/koala-bear.ts";
import { DomainTag } from "../../protocol/domain-tags.ts";
import type { BatchCompressor } from "./batch-compressor.ts";
import { copyDigest, DIGEST_LENGTH } from "./digest-array.ts";
import type { LeafStore } from "./leaf-store.ts";
import { writeLimbs } from "./word-array.ts";

const VALUE_LIMBS = 16;

/**
 * Collects leaves as they are at the moment of `add` and hashes them together:
 * leaf = C_LEAF(C_PAIR+kind(K, K_next), C_VALUE(limbs 0–7, limbs 8–15)).
 */
export class LeafBatch {
  readonly #pairs: Uint32Array;
  readonly #limbs: Uint32Array;
  readonly #kinds: Uint8Array;
  readonly #leaves: Uint32Array;
  #count = 0;

  constructor(capacity: number) {
    this.#pairs = new Uint32Array(capacity * 2 * DIGEST_LENGTH);
    this.#limbs = new Uint32Array(capacity * VALUE_LIMBS);
    this.#kinds = new Uint8Array(capacity);
    this.#leaves = new Uint32Array(capacity);
  }

  /** Indices of the leaves added, in order. */
  get leaves(): Uint32Array {
    return this.#leaves.subarray(0, this.#count);
  }

  add(store: LeafStore, leaf: number): void {
    const at = this.#count++;
    this.#leaves[at] = leaf;
    this.#kinds[at] = store.kind(leaf);
    copyDigest(store.keys, leaf * DIGEST_LENGTH, this.#pairs, at * 16);
    copyDigest(store.keys, store.next(leaf) * DIGEST_LENGTH, this.#pairs, at * 16 + DIGEST_LENGTH);
    writeLimbs(store.words, leaf, VALUE_LIMBS, this.#limbs, at * VALUE_LIMBS);
  }

  /** The leaf digests in order: count × 8. Uses up the batch's memory, so it can be called once. */
  digests(compressor: BatchCompressor): Uint32Array {
    const count = this.#count;
    const pairs = this.#pairs;
    const outputs = new Uint32Array(count * DIGEST_LENGTH);
    // The tag is added to lane 0 but not fed forward, so C_{t+k}(l, r) = C_t(l + k, r) − k on lane 0: one call
    // serves every kind.
    for (let i = 0; i < count; i++) pairs[i * 16] = add(pairs[i * 16] as number, this.#kinds[i] as number);
    compressor.compress(DomainTag.pair, pairs, outputs, count);
    for (let i = 0; i < count; i++) {
      outputs[i * DIGEST_LENGTH] = sub(outputs[i * DIGEST_LENGTH] as number, this.#kinds[i] as number);
      copyDigest(outputs, i * DIGEST_LENGTH, pairs, i * 16);
    }
    compressor.compress(DomainTag.value, this.#limbs, outputs, count);
    for (let i = 0; i < count; i++) copyDigest(outputs, i * DIGEST_LENGTH, pairs, i * 16 + DIGEST_LENGTH);
    compressor.compress(DomainTag.leaf, pairs, outputs, count);
    return outputs;
  }
}
