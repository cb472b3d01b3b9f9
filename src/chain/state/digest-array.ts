import type { Digest } from "../../ground/protocol/state-transition-witness.ts";

/** Elements in a digest. */
export const DIGEST_LENGTH = 8;

/** Copies the digest at `from[fromOffset]` to `to[toOffset]`; offsets are in elements. */
export function copyDigest(from: Uint32Array, fromOffset: number, to: Uint32Array, toOffset: number): void {
  // A plain loop: `set(subarray)` allocates a view, which costs several times the copy itself.
  for (let i = 0; i < DIGEST_LENGTH; i++) to[toOffset + i] = from[fromOffset + i] as number;
}

/** The digest at `array[offset]` as a separate value. */
export function digestAt(array: Uint32Array, offset: number): Digest {
  return [
    array[offset] as number,
    array[offset + 1] as number,
    array[offset + 2] as number,
    array[offset + 3] as number,
    array[offset + 4] as number,
    array[offset + 5] as number,
    array[offset + 6] as number,
    array[offset + 7] as number,
  ];
}

/** Lexicographic order on canonical elements: negative, zero or positive. */
export function compareDigests(a: Uint32Array, aOffset: number, b: Uint32Array, bOffset: number): number {
  for (let i = 0; i < DIGEST_LENGTH; i++) {
    const difference = (a[aOffset + i] as number) - (b[bOffset + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
