import { secp256k1 } from "@noble/curves/secp256k1.js";
import { fromHex, keccak, toHex, type Hex } from "../protocol/hex.ts";
import { libsecp256k1 } from "../runtime/libsecp256k1.ts";

/** Signature of a digest: r, s and 27 or 28. */
export function signDigest(privateKey: Hex, digest: Hex): Hex {
  const [hash, key] = [fromHex(digest), fromHex(privateKey)];
  const { signature, recid } = libsecp256k1.ecdsaSign(hash, key);
  return `${toHex(signature)}${recid === 0 ? "1b" : "1c"}`;
}

/** Address of a private key, in lower case. Throws for an invalid key. */
export function addressOfKey(privateKey: Hex): Hex {
  return `0x${keccak(secp256k1.getPublicKey(fromHex(privateKey), false).slice(1)).slice(-40)}`;
}
