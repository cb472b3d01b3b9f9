import type { Compress, Digest } from "../../../ground/protocol/digest.ts";

/** Tags of the compressions of notes and of their tree. */
export const NOTE_TAGS = { owner: 1, commitment: 2, value: 3, nullifier: 4, position: 5, node: 6 } as const;

/** Levels of the tree of commitments above its leaves. */
export const TREE_DEPTH = 20;
/** Limbs of 16 bits in a value. */
export const VALUE_LIMBS = 4;
export const LIMB_BITS = 16;

/** Amount that an owner can spend, hidden by its commitment. */
export interface Note {
  /** In gwei, below 2^64. */
  readonly value: bigint;
  readonly owner: Digest;
  /** Uniform elements, so that equal notes have different commitments. */
  readonly random: Digest;
}

/** Limbs of a value, the lowest first. Throws RangeError outside [0, 2^64). */
export function valueLimbs(value: bigint): number[] {
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`a value of the pool is below 2^64 gwei, got ${value}`);
  return Array.from({ length: VALUE_LIMBS }, (_, i) => Number((value >> BigInt(LIMB_BITS * i)) & 0xffffn));
}

/** A digest that begins with these elements and has zeros after them. */
export function padDigest(elements: readonly number[]): Digest {
  return [...elements, ...new Array<number>(8 - elements.length).fill(0)];
}

export function ownerOf(compress: Compress, nullifierKey: Digest): Digest {
  return compress(NOTE_TAGS.owner, nullifierKey, padDigest([]));
}

export function commitmentOf(compress: Compress, { value, owner, random }: Note): Digest {
  return compress(NOTE_TAGS.commitment, compress(NOTE_TAGS.value, padDigest(valueLimbs(value)), owner), random);
}

/** Nullifier of the note whose commitment is the leaf `index` of the tree. */
export function nullifierOf(compress: Compress, nullifierKey: Digest, commitment: Digest, index: number): Digest {
  const position = compress(NOTE_TAGS.position, commitment, padDigest([index]));
  return compress(NOTE_TAGS.nullifier, nullifierKey, position);
}

export function nodeOf(compress: Compress, leftChild: Digest, rightChild: Digest): Digest {
  return compress(NOTE_TAGS.node, leftChild, rightChild);
}
