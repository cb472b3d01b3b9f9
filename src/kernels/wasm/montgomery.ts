import { mul, P } from "../../field/koala-bear.ts";

/** 2³² mod p: the factor of the Montgomery form. */
export const R = 2 ** 32 % P;
/** R² mod p: a Montgomery product with it takes a canonical element into Montgomery form. */
export const R_SQUARED = mul(R, R);

/** x·2³² mod p. */
export function toMontgomery(x: number): number {
  return mul(x, R);
}

/** ⌊x·2³²/p⌋, the companion of a multiplication constant (Shoup's trick). */
export function shoupCompanion(x: number): number {
  return Number((BigInt(x) << 32n) / BigInt(P));
}
