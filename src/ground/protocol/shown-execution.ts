import { fromHex, toHex, type Hex } from "./hex.ts";

/** Proof of batches' execution for L1, in addition to their records. */
export interface ShownExecution {
  /** A. */
  readonly digest: Hex;
  readonly proof: Uint8Array;
}

const DIGEST_BYTES = 32;

/** digest (32) ‖ proof: as a journal keeps it. */
export function encodeShown({ digest, proof }: ShownExecution): Uint8Array {
  const bytes = new Uint8Array(DIGEST_BYTES + proof.length);
  bytes.set(fromHex(digest, DIGEST_BYTES));
  bytes.set(proof, DIGEST_BYTES);
  return bytes;
}

/** Inverse of `encodeShown`. Throws RangeError without a digest. The proof is empty if an import replaces it. */
export function decodeShown(bytes: Uint8Array): ShownExecution {
  if (bytes.length < DIGEST_BYTES) throw new RangeError(`${bytes.length} bytes have no digest`);
  return { digest: toHex(bytes.subarray(0, DIGEST_BYTES)), proof: bytes.subarray(DIGEST_BYTES) };
}
