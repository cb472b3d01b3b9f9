import { keccak_256 } from "@noble/hashes/sha3.js";

/** Nonces tried between two looks at the abort signal. */
const BATCH = 4096;

/**
 * Smallest nonce for which keccak256(seed ‖ nonce as 8 bytes, big-endian) starts with `bits` zero bits.
 * Yields to the event loop between batches. Throws the signal's reason once it is aborted.
 */
export async function grind(seed: Uint8Array, bits: number, signal?: AbortSignal): Promise<bigint> {
  const preimage = new Uint8Array(seed.length + 8);
  preimage.set(seed);
  const view = new DataView(preimage.buffer);
  for (let nonce = 0n; ; nonce++) {
    if (nonce % BigInt(BATCH) === 0n) {
      signal?.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
    }
    view.setBigUint64(seed.length, nonce);
    if (leadingZeroBits(keccak_256(preimage)) >= bits) return nonce;
  }
}

/** Zero bits before the first one bit. */
function leadingZeroBits(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? 8 * bytes.length : 8 * first + Math.clz32(bytes[first] ?? 0) - 24;
}
