import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { leafDigest, quoteDigest, type P256Signature } from "../../../ground/protocol/attestation.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { Attestor } from "../../../chain/settlement/attestation.ts";

/** Validity of the root's signature for a key, counted from each batch, so that L1's time may have been moved between two. */
const LEAF_SECONDS = 3_600n;
const utf8 = new TextEncoder();
/**
 * Any reader can compute it, like the keys of development accounts: an attestation under it demonstrates L1's check, and
 * proves nothing.
 */
const TEST_ROOT_SECRET = sha256(utf8.encode("hardhat-hyperchain: attestation root for tests, a public key pair"));

/** The public key of the root for tests. */
export const TEST_ROOT = pointOf(TEST_ROOT_SECRET);
/** Placeholder of a program's hash: nothing is measured. */
export const TEST_MEASUREMENT: Hex = toHex(sha256(utf8.encode("hardhat-hyperchain: attested program for tests")));

/** Attests every batch, in this process, with a separate key under the root for tests. */
export function createTestAttestor(timeOnL1: () => Promise<bigint>): Attestor {
  const secret = p256.utils.randomSecretKey();
  const key = pointOf(secret);
  return {
    async attest(batch) {
      const leaf = { ...key, measurement: TEST_MEASUREMENT, notAfter: (await timeOnL1()) + LEAF_SECONDS };
      return { leaf, root: signed(leafDigest(leaf), TEST_ROOT_SECRET), quote: signed(quoteDigest(batch), secret) };
    },
  };
}

function pointOf(secret: Uint8Array): { readonly x: Hex; readonly y: Hex } {
  const point = p256.getPublicKey(secret, false);
  return { x: toHex(point.subarray(1, 33)), y: toHex(point.subarray(33)) };
}

function signed(digest: Uint8Array, secret: Uint8Array): P256Signature {
  const bytes = p256.sign(digest, secret, { prehash: false, lowS: true });
  return { r: toHex(bytes.subarray(0, 32)), s: toHex(bytes.subarray(32)) };
}
