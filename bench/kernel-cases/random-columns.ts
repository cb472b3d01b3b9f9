import { P } from "../../src/proofs/field/koala-bear.ts";

/** A repeatable stream of field elements (xorshift32). */
export function elements(seed: number, count: number): Uint32Array {
  let state = (seed * 0x9e3779b1) | 1;
  return Uint32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % P;
  });
}

/** `width` columns of 2^logRows elements. */
export function columns(width: number, logRows: number): Uint32Array[] {
  return Array.from({ length: width }, (_, i) => elements(i + 1, 2 ** logRows));
}
