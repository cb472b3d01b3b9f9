import type { Ext } from "../../../../src/proofs/field/extension.ts";
import { P } from "../../../../src/proofs/field/koala-bear.ts";

/** A reproducible source of numbers (xorshift of 32 bits, Marsaglia 2003). */
export interface Random {
  /** An integer in [0, limit), limit ≤ 2^31. */
  below(limit: number): number;
  /** A bigint in [0, limit). */
  big(limit: bigint): bigint;
  element(): number;
  extension(): Ext;
}

export function createRandom(seed: number): Random {
  let state = seed === 0 ? 1 : seed;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const big = (limit: bigint): bigint => {
    let value = 0n;
    for (let bits = 1n; bits < limit * 65536n; bits <<= 32n) value = (value << 32n) | BigInt(next());
    return value % limit;
  };
  const below = (limit: number): number => Number(big(BigInt(limit)));
  const element = (): number => below(P);
  return { below, big, element, extension: () => [0, 1, 2, 3, 4].map(element) };
}
