import type { FoldedHash, FoldedHashSource } from "../../../src/proofs/machine/interpreter/folded-hashes.ts";

/** The tagged compression of two digests of eight elements each, by Poseidon. */
type Compress = (tag: number, left: readonly number[], right: readonly number[]) => readonly number[];

/** Tag of the compression that folds a block's hash (docs/protocol.md, section 11). */
const BLOCK_HASHES_TAG = 20;

/** A chain of blocks' hashes with all its links, each folded as docs/protocol.md, section 11, says. */
export class FoldedHashes implements FoldedHashSource {
  readonly #compress: Compress;
  readonly #links = new Map<bigint, FoldedHash>();
  #digest: bigint;

  /** `digest`: the chain before the first hash that is given here. */
  constructor(compress: Compress, digest = 0n) {
    this.#compress = compress;
    this.#digest = digest;
  }

  /** The chain so far, as a digest's word. */
  get digest(): bigint {
    return this.#digest;
  }

  /** Folds the next block's hash. */
  fold(hash: bigint): void {
    const before = this.#digest;
    const limbs = Array.from({ length: 16 }, (_, i) => Number((hash >> BigInt(16 * i)) & 0xffffn));
    const half = this.#compress(BLOCK_HASHES_TAG, elementsOf(before), limbs.slice(0, 8));
    const elements = this.#compress(BLOCK_HASHES_TAG, half, limbs.slice(8));
    this.#digest = elements.reduce((word, element) => (word << 32n) | BigInt(element), 0n);
    this.#links.set(this.#digest, { hash, before });
  }

  /** Starts an empty chain of hashes. */
  forget(): void {
    this.#digest = 0n;
  }

  lastOf(digest: bigint): FoldedHash {
    const link = this.#links.get(digest);
    if (link === undefined) throw new Error(`the chain of hashes with digest ${digest.toString(16)} is not known`);
    return link;
  }
}

function elementsOf(digest: bigint): number[] {
  return Array.from({ length: 8 }, (_, i) => Number((digest >> BigInt(224 - 32 * i)) & 0xffffffffn));
}
