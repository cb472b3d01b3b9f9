import { concat } from "../transcripts/bytes.ts";
import type { RunProof } from "./verify-run.ts";

/*
 * A run's proof as bytes: 3 (1), which no proof of a whole run begins with ‖ seed (32) ‖ segments (1), each: length (4) ‖ proof.
 * Numbers are big-endian.
 */

const IN_SEGMENTS = 3;
const SEED_BYTES = 32;
const LENGTH_BYTES = 4;

/** Throws RangeError for more segments than a byte counts. */
export function encodeRun({ seed, proofs }: RunProof): Uint8Array {
  if (proofs.length > 255) throw new RangeError(`a run has ${proofs.length} segments, more than 255`);
  const parts = proofs.flatMap((proof) => {
    const length = new Uint8Array(LENGTH_BYTES);
    new DataView(length.buffer).setUint32(0, proof.length);
    return [length, proof];
  });
  return concat([Uint8Array.of(IN_SEGMENTS), seed, Uint8Array.of(proofs.length), ...parts]);
}

/** Whether bytes are a run's proof and not that of a whole run. */
export function isRun(bytes: Uint8Array): boolean {
  return bytes[0] === IN_SEGMENTS;
}

/** Inverse of `encodeRun`; undefined for other bytes. */
export function decodeRun(bytes: Uint8Array): RunProof | undefined {
  const head = 1 + SEED_BYTES;
  if (!isRun(bytes) || bytes.length <= head) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const proofs: Uint8Array[] = [];
  let at = head + 1;
  for (let i = 0; i < (bytes[head] ?? 0); i++) {
    if (at + LENGTH_BYTES > bytes.length) return undefined;
    const end = at + LENGTH_BYTES + view.getUint32(at);
    if (end > bytes.length) return undefined;
    proofs.push(bytes.slice(at + LENGTH_BYTES, end));
    at = end;
  }
  return at === bytes.length ? { seed: bytes.slice(1, head), proofs } : undefined;
}
