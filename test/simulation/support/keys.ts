import secp256k1 from "secp256k1";
import { fromHex, hashTag, keccak, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { orderSignatures } from "../../../src/ground/protocol/quorum.ts";

/** A key that signs for a chain or a committee. */
export interface Key {
  readonly address: Hex;
  readonly secret: Uint8Array;
}

export function keyOf(name: string): Key {
  const secret = fromHex(hashTag(`simulation ${name}`));
  const point = secp256k1.publicKeyCreate(secret, false);
  return { secret, address: `0x${keccak(point.subarray(1)).slice(-40)}` };
}

/** r ‖ s ‖ v. */
export function sign(digest: Hex, { secret }: Key): Hex {
  const { signature, recid } = secp256k1.ecdsaSign(fromHex(digest), secret);
  return toHex(Uint8Array.of(...signature, 27 + recid));
}

/** Signatures in the order that L1 wants. */
export function signAll(digest: Hex, keys: readonly Key[]): Hex[] {
  return orderSignatures(keys.map((key) => ({ signer: key.address, signature: sign(digest, key) })));
}

/** Keys in ascending order of their addresses. */
export function sortKeys(keys: readonly Key[]): Key[] {
  return [...keys].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
}
