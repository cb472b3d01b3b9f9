import { isCanonical } from "../../../../src/proofs/field/koala-bear.ts";
import { compress } from "../../../../src/proofs/kernels/poseidon.ts";
import { DomainTag, LeafKind, MAX_LEAF_COUNT, STATE_TREE_DEPTH } from "../../../../src/ground/protocol/domain-tags.ts";
import type { Digest } from "../../../../src/ground/protocol/state-transition-witness.ts";
import { WORD_LIMIT } from "../../../../src/ground/protocol/word.ts";
import { referenceCompressor } from "../../../../src/chain/state/batch-compressor.ts";
import { compareDigests, DIGEST_LENGTH, digestAt } from "../../../../src/chain/state/digest-array.ts";
import { deriveKeys, type StateKey } from "../../../../src/chain/state/state-key.ts";
import type { StateProof } from "../../../../src/chain/state/state-proof.ts";
import { createWords, writeLimbs, writeWord } from "../../../../src/chain/state/word-array.ts";

type StateProofResult =
  | { readonly ok: true; readonly isPresent: boolean; readonly value: bigint }
  | { readonly ok: false; readonly code: "proof-malformed" | "proof-root-mismatch" | "proof-key-mismatch" };

/**
 * Checks what a proof says about a key under a state root: its value, or that it is absent (value 0). Uses plain
 * hashing only. Never throws on a hostile proof, whatever its shape; throws StateKeyError for a key that cannot exist.
 */
export function verifyProof(root: Digest, key: StateKey, proof: StateProof): StateProofResult {
  const treeKey = deriveKeys([key], referenceCompressor);
  if (!isWellFormed(proof)) return { ok: false, code: "proof-malformed" };
  const computed = stateRootOf(proof);
  if (!isDigest(root) || computed.some((element, i) => element !== root[i])) {
    return { ok: false, code: "proof-root-mismatch" };
  }
  const leafKey = Uint32Array.from(proof.key);
  const nextKey = Uint32Array.from(proof.nextKey);
  const order = compareDigests(leafKey, 0, treeKey, 0);
  if (order === 0) return { ok: true, isPresent: true, value: proof.value };
  const isLast = proof.nextKey.every((element) => element === 0);
  if (order < 0 && (isLast || compareDigests(treeKey, 0, nextKey, 0) < 0)) {
    return { ok: true, isPresent: false, value: 0n };
  }
  return { ok: false, code: "proof-key-mismatch" };
}

function stateRootOf(proof: StateProof): Digest {
  const words = createWords(1);
  const limbs = new Uint32Array(2 * DIGEST_LENGTH);
  writeWord(words, 0, proof.value);
  writeLimbs(words, 0, limbs.length, limbs, 0);
  const value = compress(DomainTag.value, digestAt(limbs, 0), digestAt(limbs, DIGEST_LENGTH));
  const pair = compress(DomainTag.pair + proof.leafKind, proof.key, proof.nextKey);
  let node: Digest = compress(DomainTag.leaf, pair, value);
  proof.siblings.forEach((sibling, level) => {
    const isRight = ((proof.index >>> level) & 1) === 1;
    node = isRight ? compress(DomainTag.node, sibling, node) : compress(DomainTag.node, node, sibling);
  });
  return compress(DomainTag.state, node, [proof.leafCount, 0, 0, 0, 0, 0, 0, 0]);
}

/** A proof may come straight from JSON, so nothing about its shape is taken for granted. */
function isWellFormed(proof: StateProof): boolean {
  const { leafCount, index, leafKind, key, nextKey, value, siblings } = (proof as StateProof | undefined | null) ?? {};
  return (
    isIntegerBelow(leafCount, MAX_LEAF_COUNT + 1) &&
    isIntegerBelow(index, leafCount) &&
    Object.values(LeafKind).some((kind) => kind === leafKind) &&
    isDigest(key) &&
    isDigest(nextKey) &&
    typeof value === "bigint" &&
    value >= 0n &&
    value < WORD_LIMIT &&
    Array.isArray(siblings) &&
    siblings.length === STATE_TREE_DEPTH &&
    Array.from<unknown>(siblings).every(isDigest)
  );
}

function isIntegerBelow(candidate: unknown, limit: number): candidate is number {
  return typeof candidate === "number" && Number.isInteger(candidate) && candidate >= 0 && candidate < limit;
}

function isDigest(candidate: unknown): candidate is Digest {
  // `every` skips holes of a sparse array, `Array.from` does not.
  return Array.isArray(candidate) && candidate.length === DIGEST_LENGTH && Array.from<unknown>(candidate).every(isElement);
}

function isElement(candidate: unknown): boolean {
  return typeof candidate === "number" && isCanonical(candidate);
}
