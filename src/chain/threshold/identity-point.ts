import { bls12_381 } from "@noble/curves/bls12-381.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { IDENTITY_DOMAIN, IDENTITY_TAG } from "./ciphertext.ts";

/** Point of G1 that an identity is hashed to. */
export function identityPoint(identity: Uint8Array) {
  return bls12_381.G1.hashToCurve(concatBytes(IDENTITY_TAG, identity), { DST: IDENTITY_DOMAIN });
}
