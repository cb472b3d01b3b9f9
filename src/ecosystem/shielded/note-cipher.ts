import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { commitmentOf, type Note } from "../../proofs/circuits/join-split/note.ts";
import { compress } from "../../proofs/kernels/poseidon.ts";
import { type Digest, digestToHex, elementsFromBytes, elementsToBytes } from "../../ground/protocol/digest.ts";
import { POINT_BYTES, type ShieldedAddress, type ShieldedKeys } from "./shielded-keys.ts";

const VALUE_BYTES = 8;
/** The key is used once, so the nonce need not differ. */
const NONCE = new Uint8Array(12);

/** Encrypts value and random elements of a note to its owner: an ephemeral point, then AES-GCM. */
export async function encryptNote(
  { value, random }: Note,
  { viewingPoint }: Pick<ShieldedAddress, "viewingPoint">,
): Promise<Uint8Array> {
  const { secretKey, publicKey } = secp256k1.keygen();
  const key = await keyOf(secp256k1.getSharedSecret(secretKey, viewingPoint, true), publicKey, "encrypt");
  const text = new Uint8Array(VALUE_BYTES + 32);
  new DataView(text.buffer).setBigUint64(0, value);
  text.set(elementsToBytes(random), VALUE_BYTES);
  const sealed = await globalThis.crypto.subtle.encrypt({ name: "AES-GCM", iv: NONCE }, key, text);
  return concatBytes(publicKey, new Uint8Array(sealed));
}

/**
 * Note that a ciphertext holds for these keys; undefined for one of another owner. A note counts only if value, owner and random
 * elements open the commitment: a sender can encrypt anything.
 */
export async function openNote(
  ciphertext: Uint8Array,
  commitment: Digest,
  { owner, viewingKey }: Pick<ShieldedKeys, "owner" | "viewingKey">,
): Promise<Note | undefined> {
  const text = await decrypt(ciphertext, viewingKey);
  if (text?.length !== VALUE_BYTES + 32) return undefined;
  try {
    const value = new DataView(text.buffer, text.byteOffset).getBigUint64(0);
    const note = { value, owner, random: elementsFromBytes(text.subarray(VALUE_BYTES)) };
    return digestToHex(commitmentOf(compress, note)) === digestToHex(commitment) ? note : undefined;
  } catch {
    return undefined; // elements that are not canonical
  }
}

async function decrypt(ciphertext: Uint8Array, viewingKey: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const point = ciphertext.slice(0, POINT_BYTES);
    const key = await keyOf(secp256k1.getSharedSecret(viewingKey, point, true), point, "decrypt");
    const sealed = ciphertext.slice(POINT_BYTES);
    return new Uint8Array(await globalThis.crypto.subtle.decrypt({ name: "AES-GCM", iv: NONCE }, key, sealed));
  } catch {
    return undefined; // another owner's, or no ciphertext
  }
}

async function keyOf(shared: Uint8Array, point: Uint8Array, use: "encrypt" | "decrypt") {
  const bytes = sha256(concatBytes(utf8ToBytes("hyperchain.shielded.note"), shared, point));
  return globalThis.crypto.subtle.importKey("raw", bytes.slice(), "AES-GCM", false, [use]);
}
