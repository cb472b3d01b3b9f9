import { compareDigests, DIGEST_LENGTH } from "./digest-array.ts";

/** Leaf indices per chunk at most; a full chunk splits in two. */
const CHUNK_CAPACITY = 512;

/** Source of the keys: 8 elements per leaf index. A getter, because the store moves its memory when it grows. */
interface KeySource {
  readonly keys: Uint32Array;
}

/**
 * Leaf indices in the order of their keys, as a list of sorted chunks (a B-tree of two levels): search in O(log n),
 * insertion and removal move at most one chunk. Always holds at least the sentinel, whose key is the smallest.
 */
export class KeyIndex {
  readonly #source: KeySource;
  #chunks: Chunk[];

  /** Takes leaf indices strictly ascending by key, the sentinel first. */
  constructor(source: KeySource, sorted: Uint32Array) {
    this.#source = source;
    this.#chunks = [];
    // Half full, so that insertions have room.
    for (let start = 0; start < sorted.length; start += CHUNK_CAPACITY / 2) {
      const part = sorted.subarray(start, start + CHUNK_CAPACITY / 2);
      const leaves = new Uint32Array(CHUNK_CAPACITY);
      leaves.set(part);
      this.#chunks.push({ leaves, length: part.length });
    }
  }

  /** Index of the leaf with the greatest key that is not above the key at `keys[offset]`. */
  findLow(keys: Uint32Array, offset: number): number {
    const chunk = this.#chunkAt(this.#findChunk(keys, offset));
    return chunk.leaves[this.#findInChunk(chunk, keys, offset)] as number;
  }

  /** Adds a leaf whose key, already in the source, is not in the index yet. */
  insert(leaf: number): void {
    const { keys } = this.#source;
    const position = this.#findChunk(keys, leaf * DIGEST_LENGTH);
    const chunk = this.#chunkAt(position);
    const at = this.#findInChunk(chunk, keys, leaf * DIGEST_LENGTH) + 1;
    chunk.leaves.copyWithin(at + 1, at, chunk.length);
    chunk.leaves[at] = leaf;
    chunk.length++;
    if (chunk.length === CHUNK_CAPACITY) this.#split(position, chunk);
  }

  /** Removes a leaf other than the sentinel; its key must still be in the source. */
  remove(leaf: number): void {
    const { keys } = this.#source;
    const position = this.#findChunk(keys, leaf * DIGEST_LENGTH);
    const chunk = this.#chunkAt(position);
    const at = this.#findInChunk(chunk, keys, leaf * DIGEST_LENGTH);
    if (chunk.leaves[at] !== leaf) throw new Error(`leaf ${leaf} must be in the key index to be removed from it`);
    chunk.leaves.copyWithin(at, at + 1, chunk.length);
    chunk.length--;
    // The first chunk keeps the sentinel, so at least one chunk remains.
    if (chunk.length === 0) this.#chunks.splice(position, 1);
  }

  #split(position: number, chunk: Chunk): void {
    const half = CHUNK_CAPACITY / 2;
    const leaves = new Uint32Array(CHUNK_CAPACITY);
    leaves.set(chunk.leaves.subarray(half, chunk.length));
    this.#chunks.splice(position + 1, 0, { leaves, length: chunk.length - half });
    chunk.length = half;
  }

  /** Position of the last chunk whose first key is not above the key. */
  #findChunk(keys: Uint32Array, offset: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const first = this.#chunkAt(middle).leaves[0] as number;
      if (compareDigests(this.#source.keys, first * DIGEST_LENGTH, keys, offset) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Position within the chunk of the last key that is not above the key. */
  #findInChunk(chunk: Chunk, keys: Uint32Array, offset: number): number {
    let low = 0;
    let high = chunk.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const leaf = chunk.leaves[middle] as number;
      if (compareDigests(this.#source.keys, leaf * DIGEST_LENGTH, keys, offset) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  #chunkAt(position: number): Chunk {
    const chunk = this.#chunks[position];
    if (chunk === undefined) throw new Error(`chunk ${position} must exist: the key index holds the sentinel at least`);
    return chunk;
  }
}

interface Chunk {
  readonly leaves: Uint32Array;
  length: number;
}
