import type { LeafKind } from "../../ground/protocol/domain-tags.ts";
import type { Digest } from "../../ground/protocol/state-transition-witness.ts";
import { compareDigests, copyDigest, DIGEST_LENGTH, digestAt } from "./digest-array.ts";
import { KeyIndex } from "./key-index.ts";
import { copyWord, createWords, readWord, type WordArray } from "./word-array.ts";

/**
 * Contents of all leaves in flat arrays by leaf index, linked in key order. The successor is stored as a leaf index; 0,
 * the sentinel, represents +∞, whose key 0⁸ is the sentinel's. Has no hashes.
 */
export class LeafStore {
  #count = 0;
  #keys = new Uint32Array(0);
  #words: WordArray = createWords(0);
  #next = new Uint32Array(0);
  #kinds = new Uint8Array(0);
  #index = new KeyIndex(this, new Uint32Array(1));

  get count(): number {
    return this.#count;
  }

  /** Keys, 8 elements per leaf. Replaced when the store grows: do not keep it. */
  get keys(): Uint32Array {
    return this.#keys;
  }

  /** Values, one word per leaf. Replaced when the store grows: do not keep it. */
  get words(): WordArray {
    return this.#words;
  }

  kind(leaf: number): LeafKind {
    // Only checked kinds are ever stored.
    return this.#kinds[leaf] as LeafKind;
  }

  key(leaf: number): Digest {
    return digestAt(this.#keys, leaf * DIGEST_LENGTH);
  }

  /** Index of the leaf with the next greater key; 0 for none. */
  next(leaf: number): number {
    return this.#next[leaf] as number;
  }

  value(leaf: number): bigint {
    return readWord(this.#words, leaf);
  }

  setValue(leaf: number, words: WordArray, index: number): void {
    copyWord(words, index, this.#words, leaf);
  }

  /** Index of the leaf with the greatest key that is not above the key at `keys[offset]`. */
  findLow(keys: Uint32Array, offset: number): number {
    return this.#index.findLow(keys, offset);
  }

  /** Whether the leaf has exactly the key at `keys[offset]`. */
  hasKey(leaf: number, keys: Uint32Array, offset: number): boolean {
    return compareDigests(this.#keys, leaf * DIGEST_LENGTH, keys, offset) === 0;
  }

  /** Links a new leaf behind its low leaf, which is the result of findLow and has another key. Returns its index. */
  insert(low: number, leafKind: LeafKind, keys: Uint32Array, keyIndex: number, words: WordArray, wordIndex: number): number {
    const leaf = this.append(leafKind, keys, keyIndex, words, wordIndex);
    this.#next[leaf] = this.next(low);
    this.#next[low] = leaf;
    this.#index.insert(leaf);
    return leaf;
  }

  /** Removes the newest insertion. Returns the low leaf, whose successor is again the previous one. */
  removeLast(): number {
    const leaf = this.#count - 1;
    this.#index.remove(leaf);
    const low = this.#index.findLow(this.#keys, leaf * DIGEST_LENGTH);
    this.#next[low] = this.next(leaf);
    this.#count = leaf;
    return low;
  }

  /** Adds a leaf without linking it; `linkAll` must follow the last one. Returns its index. */
  append(leafKind: LeafKind, keys: Uint32Array, keyIndex: number, words: WordArray, wordIndex: number): number {
    const leaf = this.#count;
    this.reserve(leaf + 1);
    copyDigest(keys, keyIndex * DIGEST_LENGTH, this.#keys, leaf * DIGEST_LENGTH);
    copyWord(words, wordIndex, this.#words, leaf);
    this.#kinds[leaf] = leafKind;
    this.#next[leaf] = 0;
    this.#count = leaf + 1;
    return leaf;
  }

  /** Sorts and links all leaves. Returns a leaf whose key occurs twice, if there is one. */
  linkAll(): number | undefined {
    const keys = this.#keys;
    const sorted = Uint32Array.from({ length: this.#count }, (_, i) => i);
    sorted.sort((a, b) => compareDigests(keys, a * DIGEST_LENGTH, keys, b * DIGEST_LENGTH));
    for (let i = 0; i < sorted.length; i++) {
      const leaf = sorted[i] as number;
      const next = i + 1 < sorted.length ? (sorted[i + 1] as number) : 0;
      if (i + 1 < sorted.length && this.hasKey(next, keys, leaf * DIGEST_LENGTH)) return next;
      this.#next[leaf] = next;
    }
    this.#index = new KeyIndex(this, sorted);
    return undefined;
  }

  /** Makes room for `count` leaves. Throws RangeError when memory runs out; the leaves are then unchanged. */
  reserve(count: number): void {
    const capacity = this.#kinds.length;
    if (count <= capacity) return;
    const grown = Math.max(count, 2 * capacity, 16);
    this.#keys = moved(this.#keys, new Uint32Array(grown * DIGEST_LENGTH));
    const words = createWords(grown);
    words.parts.set(this.#words.parts);
    this.#words = words;
    this.#next = moved(this.#next, new Uint32Array(grown));
    const kinds = new Uint8Array(grown);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
  }
}

function moved(from: Uint32Array, to: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  to.set(from);
  return to;
}
