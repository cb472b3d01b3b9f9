import { mul, P } from "../field/koala-bear.ts";

/** 2³² mod p: the factor of the Montgomery form. */
export const R = 2 ** 32 % P;
/** R² mod p: a Montgomery product with it takes a canonical element into Montgomery form. */
export const R_SQUARED = mul(R, R);
/** −p⁻¹ mod 2³². */
export const MINUS_P_INVERSE = 0x7effffff;

/** x·2³² mod p. */
export function toMontgomery(x: number): number {
  return mul(x, R);
}

/**
 * ⌊x·2³²/p⌋, the companion of a multiplication constant (Shoup's trick). It is (x·2³² − r)/p with r = x·2³² mod p, hence
 * −r·p⁻¹ modulo 2³², and it is below 2³².
 */
export function companionOf(x: number): number {
  return Math.imul(toMontgomery(x), MINUS_P_INVERSE) >>> 0;
}
