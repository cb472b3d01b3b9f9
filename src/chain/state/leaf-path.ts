import { digestToHex } from "../../ground/protocol/digest.ts";
import type { LeafKind } from "../../ground/protocol/domain-tags.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { referenceCompressor } from "./batch-compressor.ts";
import { compareDigests } from "./digest-array.ts";
import { deriveKeys, type StateKey } from "./state-key.ts";
import type { StateProof } from "./state-proof.ts";

/** A leaf's place in a tree, in the form that contracts take. */
export interface LeafPath {
  /** Digest; 0 for the last leaf in the order of keys. */
  readonly nextKey: Hex;
  readonly index: number;
  readonly leafCount: number;
  /** 32 digests, the leaf's sibling first. */
  readonly siblings: readonly Hex[];
}

export function leafPath(proof: StateProof): LeafPath {
  return {
    nextKey: digestToHex(proof.nextKey),
    index: proof.index,
    leafCount: proof.leafCount,
    siblings: proof.siblings.map(digestToHex),
  };
}

/** The leaf before the gap in which a key would be, in the form that contracts take. */
export interface LowLeaf {
  readonly kind: LeafKind;
  readonly key: Hex;
  readonly value: bigint;
}

/** The leaf that a proof is about, as the one before a gap. */
export function lowLeaf({ leafKind, key, value }: StateProof): LowLeaf {
  return { kind: leafKind, key: digestToHex(key), value };
}

/** Whether a proof is about the very key, and not about the leaf before its gap. Throws StateKeyError. */
export function isLeafOf(key: StateKey, proof: StateProof): boolean {
  return compareDigests(deriveKeys([key], referenceCompressor), 0, Uint32Array.from(proof.key), 0) === 0;
}
