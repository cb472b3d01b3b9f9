import { NamedError } from "../../ground/errors/named-error.ts";
import { DomainTag, LeafKind } from "../../ground/protocol/domain-tags.ts";
import { ADDRESS_LIMIT, WORD_LIMIT } from "../../ground/protocol/word.ts";
import { compressEach, type BatchCompressor } from "./batch-compressor.ts";
import { copyDigest, DIGEST_LENGTH } from "./digest-array.ts";
import { createWords, writeLimbs, writeWord } from "./word-array.ts";

/** Meaning of a leaf: a part of an account. */
export interface StateKey {
  readonly leafKind: LeafKind;
  /** 160-bit address. */
  readonly address: bigint;
  /** 256-bit slot; 0 unless the kind is storage. */
  readonly slot: bigint;
}

const KINDS = Object.values(LeafKind);
/** The first limb of a key's block, which is also the tag of an insertion in the diff list. */
const KEY_BLOCK_TAG = 3;
const ADDRESS_LIMBS = 10;
const SLOT_LIMBS = 16;
/** tag, kind, address, slot, padded to four digests. */
const BLOCK_LIMBS = 32;

/**
 * The tree keys K of many state keys, in order.
 * Shape: count × 8 canonical elements. Source: a chain of three compressions over the 32-limb block
 * [3, kind, address limbs, slot limbs, 0, 0, 0, 0]. Throws StateKeyError when a field is out of its range.
 */
export function deriveKeys(keys: readonly StateKey[], compressor: BatchCompressor): Uint32Array {
  const count = keys.length;
  const blocks = new Uint32Array(count * BLOCK_LIMBS);
  const word = createWords(1);
  keys.forEach((key, i) => {
    checkStateKey(key);
    const at = i * BLOCK_LIMBS;
    blocks[at] = KEY_BLOCK_TAG;
    blocks[at + 1] = key.leafKind;
    writeWord(word, 0, key.address);
    writeLimbs(word, 0, ADDRESS_LIMBS, blocks, at + 2);
    writeWord(word, 0, key.slot);
    writeLimbs(word, 0, SLOT_LIMBS, blocks, at + 2 + ADDRESS_LIMBS);
  });
  const chain = new Uint32Array(count * DIGEST_LENGTH);
  const inputs = new Uint32Array(count * 2 * DIGEST_LENGTH);
  for (let i = 0; i < count; i++) copyDigest(blocks, i * BLOCK_LIMBS, chain, i * DIGEST_LENGTH);
  for (let part = 1; part < BLOCK_LIMBS / DIGEST_LENGTH; part++) {
    for (let i = 0; i < count; i++) {
      copyDigest(chain, i * DIGEST_LENGTH, inputs, i * 16);
      copyDigest(blocks, i * BLOCK_LIMBS + part * DIGEST_LENGTH, inputs, i * 16 + DIGEST_LENGTH);
    }
    compressEach(compressor, DomainTag.key, count, inputs, chain);
  }
  return chain;
}

/** Throws StateKeyError unless kind, address and slot are in range and the slot is 0 for every kind but storage. */
function checkStateKey({ leafKind, address, slot }: StateKey): void {
  if (!KINDS.includes(leafKind)) {
    throw new StateKeyError("kind-unknown", `leaf kind ${leafKind} does not exist`);
  }
  if (address < 0n || address >= ADDRESS_LIMIT) {
    throw new StateKeyError("address-out-of-range", `address ${address} does not fit 160 bits`);
  }
  if (slot < 0n || slot >= WORD_LIMIT) {
    throw new StateKeyError("slot-out-of-range", `slot ${slot} does not fit 256 bits`);
  }
  if (slot !== 0n && leafKind !== LeafKind.storage) {
    throw new StateKeyError("slot-not-zero", `slot ${slot} of leaf kind ${leafKind} must be 0: only storage has slots`);
  }
}

type StateKeyErrorCode = "kind-unknown" | "address-out-of-range" | "slot-out-of-range" | "slot-not-zero";

/** A state key that no leaf can have. */
export class StateKeyError extends NamedError<StateKeyErrorCode> {
  override readonly name = "StateKeyError";
}
