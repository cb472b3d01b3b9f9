import { keccak_256 } from "@noble/hashes/sha3.js";

import type { Backend, LeafEncoding, TreeHash } from "./backend.ts";
import { BASE31_GROUP, packElements } from "./leaf-encoding.ts";
import { compress, DIGEST_WIDTH } from "./poseidon.ts";

/** Domain tags of Poseidon trees: their own, so that no node of a proof's tree is one of a state tree. */
export const POSEIDON_NODE_TAG = 18;
export const POSEIDON_LEAF_TAG = 19;

/** Function that computes Poseidon's compressions; by default the reference code. */
type Compress = Backend["compress"];

/** Bytes of one digest. */
export function digestLength(hash: TreeHash): number {
  return hash.kind === "poseidon" ? 4 * DIGEST_WIDTH : hash.digestBytes;
}

/**
 * Digest of the rows of one height class in one leaf.
 * keccak: the packed elements.
 * Poseidon: the elements in groups of eight, zero-filled, chained through the compression
 * from the zero digest; the number of elements is fixed per commitment, so it needs no padding rule.
 * `degree` is the row width for the encoding "extension31". Throws RangeError when hash and encoding do not fit.
 */
export function hashLeaf(
  hash: TreeHash,
  encoding: LeafEncoding,
  elements: ArrayLike<number>,
  degree: number,
  compressOf: Compress = compress,
): Uint8Array {
  assertEncoding(hash, encoding);
  if (hash.kind !== "poseidon") return hashBytes(hash, packElements(elements, encoding === "base31" ? BASE31_GROUP : degree));
  let digest = new Array<number>(DIGEST_WIDTH).fill(0);
  for (let first = 0; first < elements.length; first += DIGEST_WIDTH) {
    const group = Array.from({ length: DIGEST_WIDTH }, (_, i) => elements[first + i] ?? 0);
    digest = compressOf(POSEIDON_LEAF_TAG, digest, group);
  }
  return digestToBytes(digest);
}

/** Digest of an inner node, and of a node joined with the rows of a shorter height class. */
export function hashNode(hash: TreeHash, left: Uint8Array, right: Uint8Array, compressOf: Compress = compress): Uint8Array {
  if (hash.kind === "poseidon") {
    return digestToBytes(compressOf(POSEIDON_NODE_TAG, bytesToDigest(left), bytesToDigest(right)));
  }
  const preimage = new Uint8Array(left.length + right.length);
  preimage.set(left);
  preimage.set(right, left.length);
  return hashBytes(hash, preimage);
}

function hashBytes({ digestBytes }: Exclude<TreeHash, { kind: "poseidon" }>, bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes).slice(0, digestBytes);
}

/** Throws RangeError unless the encoding belongs to the hash and the digest length makes sense. */
export function assertEncoding(hash: TreeHash, encoding: LeafEncoding): void {
  if ((hash.kind === "poseidon") !== (encoding === "elements")) {
    throw new RangeError(`leaf encoding ${encoding} cannot be hashed with ${hash.kind}`);
  }
  if (hash.kind !== "poseidon" && !(Number.isInteger(hash.digestBytes) && hash.digestBytes >= 16 && hash.digestBytes <= 32)) {
    throw new RangeError(`${hash.kind} digests have 16 to 32 bytes, not ${hash.digestBytes}`);
  }
}

/** Eight canonical elements as 32 bytes, each element big-endian. */
export function digestToBytes(digest: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 * DIGEST_WIDTH);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < DIGEST_WIDTH; i++) view.setUint32(4 * i, digest[i] ?? 0);
  return bytes;
}

/** The inverse of `digestToBytes`; does not check that the elements are canonical. */
export function bytesToDigest(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const digest: number[] = [];
  for (let i = 0; i < DIGEST_WIDTH; i++) digest.push(view.getUint32(4 * i));
  return digest;
}
