import { type Compress, type Digest, ZERO_DIGEST } from "./digest.ts";
import { keyBlock, updateHead, type DiffEntry } from "./diff-list.ts";
import { DomainTag, type LeafKind } from "./domain-tags.ts";
import { toLimbs } from "./word.ts";

/** Digest of a word: one compression of its 16 limbs. */
export function valueDigest(value: bigint, compress: Compress): number[] {
  const limbs = toLimbs(value);
  return compress(DomainTag.value, limbs.slice(0, 8), limbs.slice(8));
}

/** Key of a leaf: a chain of three compressions over the 32 limbs that name it. */
export function keyDigest(leafKind: LeafKind, address: bigint, slot: bigint, compress: Compress): number[] {
  const block = keyBlock(leafKind, address, slot);
  const head = compress(DomainTag.key, block.slice(0, 8), block.slice(8, 16));
  return compress(DomainTag.key, compress(DomainTag.key, head, block.slice(16, 24)), block.slice(24, 32));
}

/**
 * D, the digest of a complete diff list, outputs entry included: a chain of two compressions per entry. The first takes
 * an update's head or an insertion's key, the second the value's digest. A head cannot pass for a key: five of its eight
 * elements are zero.
 */
export function diffListDigest(entries: readonly DiffEntry[], compress: Compress): number[] {
  let digest: number[] = [...ZERO_DIGEST];
  for (const entry of entries) {
    const subject = entry.type === "update" ? updateHead(entry) : keyDigest(entry.leafKind, entry.address, entry.slot, compress);
    digest = compress(DomainTag.diff, digest, subject);
    digest = compress(DomainTag.diff, digest, valueDigest(entry.value, compress));
  }
  return digest;
}

/** Negative, zero or positive as a is below, equal to or above b, element by element: the order of keys in the tree. */
export function compareDigests(a: Digest, b: Digest): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
