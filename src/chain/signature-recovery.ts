import { createRequire } from "node:module";
import { setLengthLeft } from "@ethereumjs/util";

/** The part of secp256k1 (libsecp256k1, with a JavaScript fallback) that is used. */
interface Secp256k1 {
  ecdsaRecover(signature: Uint8Array, recoveryId: number, messageHash: Uint8Array, compressed: boolean): Uint8Array;
}

const secp256k1 = createRequire(import.meta.url)("secp256k1") as Secp256k1;

/**
 * The signer's public key, 64 bytes: the hook that ethereumjs calls for transactions and the ECRECOVER precompile.
 * About ten times as fast as the library's own. `v` is 0, 1, 27, 28 or EIP-155's. Throws for an invalid signature.
 */
export function recoverPublicKey(
  messageHash: Uint8Array,
  v: bigint,
  r: Uint8Array,
  s: Uint8Array,
  chainId?: bigint,
): Uint8Array {
  const recoveryId = v === 0n || v === 1n ? v : chainId === undefined ? v - 27n : v - (chainId * 2n + 35n);
  if (recoveryId !== 0n && recoveryId !== 1n) throw new RangeError(`a signature's v cannot be ${v}`);
  const signature = new Uint8Array(64);
  signature.set(setLengthLeft(r, 32), 0);
  signature.set(setLengthLeft(s, 32), 32);
  return secp256k1.ecdsaRecover(signature, Number(recoveryId), messageHash, false).slice(1);
}
