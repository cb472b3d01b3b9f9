import { secp256k1 } from "@noble/curves/secp256k1.js";
import { shake256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { ownerOf } from "../../proofs/circuits/join-split/note.ts";
import { P } from "../../proofs/field/koala-bear.ts";
import { compress } from "../../proofs/kernels/poseidon.ts";
import { type Digest, DIGEST_ELEMENTS, elementsFromBytes, elementsToBytes } from "../../ground/protocol/digest.ts";
import { ShieldedError } from "./shielded-error.ts";

const SEED_BYTES = 32;
const OWNER_BYTES = 32;
/** Bytes of a compressed point of secp256k1. */
export const POINT_BYTES = 33;

/** Secrets of a wallet. */
export interface ShieldedKeys {
  /** Spends notes: with it alone nullifiers are computed. */
  readonly nullifierKey: Digest;
  readonly owner: Digest;
  /** Reads notes, and cannot spend them. */
  readonly viewingKey: Uint8Array;
}

/** Recipient of notes: their owner, and the key for their ciphertexts. */
export interface ShieldedAddress {
  readonly owner: Digest;
  readonly viewingPoint: Uint8Array;
}

/** Uniform elements from a seed, for one use. */
export function elementsFrom(seed: Uint8Array, use: string): Digest {
  const stream = shake256
    .create({})
    .update(utf8ToBytes(`hyperchain.shielded.${use}`))
    .update(seed);
  const elements: number[] = [];
  while (elements.length < DIGEST_ELEMENTS) {
    const bytes = stream.xof(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) % 2 ** 31;
    if (value < P) elements.push(value);
  }
  return elements;
}

/** Keys of a seed of 32 bytes. Throws ShieldedError for another length. */
export function keysOf(seed: Uint8Array): ShieldedKeys {
  if (seed.length !== SEED_BYTES) throw new ShieldedError("BadSeed", `a seed has ${SEED_BYTES} bytes, not ${seed.length}`);
  const nullifierKey = elementsFrom(seed, "nullifier-key");
  const wide = shake256(concatBytes(utf8ToBytes("hyperchain.shielded.viewing-key"), seed), { dkLen: 48 });
  const viewingKey = secp256k1.utils.randomSecretKey(wide);
  return { nullifierKey, owner: ownerOf(compress, nullifierKey), viewingKey };
}

/** Address as text: 0x, the owner's 32 bytes and the compressed point's 33. */
export function formatShieldedAddress({ owner, viewingPoint }: ShieldedAddress): string {
  return `0x${bytesToHex(concatBytes(elementsToBytes(owner), viewingPoint))}`;
}

/** Throws ShieldedError for text that is not an address. */
export function parseShieldedAddress(text: string): ShieldedAddress {
  try {
    const bytes = hexToBytes(text.replace(/^0x/, ""));
    if (bytes.length !== OWNER_BYTES + POINT_BYTES) throw new RangeError(`${bytes.length} bytes`);
    const viewingPoint = bytes.slice(OWNER_BYTES);
    secp256k1.Point.fromBytes(viewingPoint).assertValidity();
    return { owner: elementsFromBytes(bytes.subarray(0, OWNER_BYTES)), viewingPoint };
  } catch (cause) {
    throw new ShieldedError("BadAddress", `${text} is not the address of a shielded wallet: copy it from wallet.address`, {
      cause,
    });
  }
}

export function addressOf({ owner, viewingKey }: ShieldedKeys): ShieldedAddress {
  return { owner, viewingPoint: secp256k1.getPublicKey(viewingKey, true) };
}
