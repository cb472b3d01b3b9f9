import { keccak_256 } from "@noble/hashes/sha3.js";

import { P } from "../../field/koala-bear.ts";
import type { GrindingHash } from "../backend.ts";
import { compress, DIGEST_WIDTH } from "../poseidon.ts";
import { bytesToDigest } from "../tree-hash.ts";

/** Nonces tried between two looks at the abort signal. */
const BATCH = 4096;
/** Domain tag of transcripts. */
export const TRANSCRIPT_TAG = 17;

/** See `Backend.grind`. Yields to the event loop between batches. Throws the signal's reason once it is aborted. */
export async function grind(hash: GrindingHash, seed: Uint8Array, bits: number, signal?: AbortSignal): Promise<bigint> {
  const zeroBits = hash === "keccak" ? keccakSearch(seed) : poseidonSearch(seed);
  for (let nonce = 0n; ; nonce++) {
    if (nonce % BigInt(BATCH) === 0n) {
      signal?.throwIfAborted();
      // Browsers have no setImmediate.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    if (zeroBits(nonce) >= bits) return nonce;
  }
}

/** The zero bits that a nonce leads to. */
type ZeroBits = (nonce: bigint) => number;

function keccakSearch(seed: Uint8Array): ZeroBits {
  const preimage = new Uint8Array(seed.length + 8);
  preimage.set(seed);
  const view = new DataView(preimage.buffer);
  return (nonce) => {
    view.setBigUint64(seed.length, nonce);
    return leadingZeroBits(keccak_256(preimage));
  };
}

function poseidonSearch(seed: Uint8Array): ZeroBits {
  const state = bytesToDigest(seed);
  const block = new Array<number>(DIGEST_WIDTH).fill(0);
  return (nonce) => {
    if (nonce >= P) throw new RangeError(`no nonce below ${P} has the required zero bits`);
    block[0] = Number(nonce);
    return lowZeroBits(compress(TRANSCRIPT_TAG, state, block)[0] ?? 0);
  };
}

/** Zero bits before the first one bit. */
function leadingZeroBits(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? 8 * bytes.length : 8 * first + Math.clz32(bytes[first] ?? 0) - 24;
}

/** Zero bits below the last one bit. */
export function lowZeroBits(element: number): number {
  return element === 0 ? 32 : 31 - Math.clz32(element & -element);
}
