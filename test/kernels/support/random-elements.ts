import { P } from "../../../src/proofs/field/koala-bear.ts";

/** A repeatable source of field elements (xorshift32), with the edge values 0, 1 and p − 1 mixed in. */
export function elementSource(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = state >>> 0;
    return value % 16 < 3 ? ([0, 1, P - 1][value % 16] ?? 0) : value % P;
  };
}

/** `width` columns of 2^logRows elements. */
export function randomColumns(seed: number, width: number, logRows: number): Uint32Array[] {
  const next = elementSource(seed);
  return Array.from({ length: width }, () => Uint32Array.from({ length: 2 ** logRows }, next));
}

export function randomExt(seed: number, degree: number): number[] {
  const next = elementSource(seed);
  return Array.from({ length: degree }, next);
}
