import { type Air, AirBuilder } from "../../stark/air.ts";
import type { Expression } from "../../stark/expression.ts";
import type { FieldValues } from "../../stark/fields.ts";
import { CURVE_PRODUCT } from "../buses.ts";
import { element, lookUpCarries, lookUpLimbs, productLimb } from "../words/expressions.ts";
import { LIMB, LIMBS, WORD_BYTES } from "../words/word.ts";

/** Carries hold their value plus this: they are from −6000 to 10383. */
export const CARRY_OFFSET = 6_000;
/** PRIME is 2^256 − 2^32 − 977. */
export const PRIME_LOW = 977;

/** x · z − r = (quotient + high · 2^256) · PRIME, where `high` is the last carry. */
export const CURVE_PRODUCT_FIELDS = {
  x: WORD_BYTES,
  z: WORD_BYTES,
  r: LIMBS,
  quotient: LIMBS,
  /** Out of each of the 32 limbs, plus `CARRY_OFFSET`. */
  carry: 32,
  uses: 1,
} as const;

export type CurveProductCells = FieldValues<typeof CURVE_PRODUCT_FIELDS, number>;

/** The table of products of coordinates modulo PRIME, one a row. */
export function curveProductAir(): Air {
  const b = new AirBuilder("curveProduct", 0);
  const { x, z, r, quotient, carry, uses } = b.declare(CURVE_PRODUCT_FIELDS);
  lookUpLimbs(b, quotient);
  lookUpCarries(b, carry);
  const carryOut = (k: number): Expression => b.sub(element(carry, k), b.constant(CARRY_OFFSET));
  const high = carryOut(2 * LIMBS - 1);
  for (let k = 0; k < 2 * LIMBS; k++) {
    // Minus the quotient times PRIME, of which 2^256 is sent 16 limbs up and 2^32 two limbs.
    const terms: Expression[] = [productLimb(b, x, z, k)];
    if (k < LIMBS) terms.push(b.scale(element(r, k), -1), b.scale(element(quotient, k), PRIME_LOW));
    if (k >= 2 && k < LIMBS + 2) terms.push(element(quotient, k - 2));
    if (k >= LIMBS) terms.push(b.scale(element(quotient, k - LIMBS), -1));
    if (k === LIMBS) terms.push(b.scale(high, PRIME_LOW));
    if (k === LIMBS + 2) terms.push(high);
    if (k > 0) terms.push(carryOut(k - 1));
    b.assertEqual(`limb ${k}`, "everyRow", b.add(...terms), b.scale(carryOut(k), LIMB));
  }
  b.receive(CURVE_PRODUCT, uses, { x, z, r });
  return b.build();
}
