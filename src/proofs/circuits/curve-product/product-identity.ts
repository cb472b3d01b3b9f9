import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { addByteProduct } from "../words/byte-products.ts";
import { element, lookUpCarries, lookUpLimbs, productLimb } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";

/** Carries hold their value plus this: they are from −6000 to 10383. */
export const CARRY_OFFSET = 6_000;
/** PRIME is 2^256 − 2^32 − 977. */
export const PRIME_LOW = 977;

/**
 * Claim that x · z is r modulo PRIME. Digits of 8 bits and limbs of 16, lowest first; all of them may be
 * negative.
 */
export interface CurveProduct<T = number> {
  readonly x: readonly T[];
  readonly z: readonly T[];
  readonly r: readonly T[];
}

/** Witness of a product: x · z − r = (quotient + high · 2^256) · PRIME, where `high` is the last carry. */
export const PRODUCT_WITNESS = {
  quotient: LIMBS,
  /** Out of each of the 32 limbs, plus `CARRY_OFFSET`. */
  carry: 32,
} as const;

/** The columns of one product's witness. */
interface ProductWitness<T = number> {
  readonly quotient: readonly T[];
  readonly carry: readonly T[];
}

/**
 * On every row x · z is r modulo PRIME, for digits in the ranges of the bus curveProduct. Constraints are called `name` and the
 * limb.
 */
export function assertProduct(
  b: AirBuilder,
  name: string,
  { x, z, r }: CurveProduct<Expression>,
  { quotient, carry }: ProductWitness<Expression>,
): void {
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
    b.assertEqual(`${name} ${k}`, "everyRow", b.add(...terms), b.scale(carryOut(k), LIMB));
  }
}

/**
 * The cells that show a product. Throws Error for an untrue one. A limb of the quotient is what makes the sum of its place a
 * multiple of 2^16, and so is the last carry in the place above them; if then all carries are whole and the last one is that, the
 * product is true.
 */
export function productWitness({ x, z, r }: CurveProduct): ProductWitness {
  limbSums.fill(0);
  addByteProduct(limbSums, x, z, 1);
  const quotient: number[] = [];
  const carries: number[] = [];
  let [carry, high] = [0, 0];
  for (let k = 0; k < 2 * LIMBS; k++) {
    let limb = (limbSums[k] as number) + carry;
    limb -= (k < LIMBS ? r[k] : quotient[k - LIMBS]) ?? 0;
    if (k >= 2 && k < LIMBS + 2) limb += quotient[k - 2] ?? 0;
    if (k <= LIMBS) {
      const missing = Math.imul(limb & (LIMB - 1), MINUS_INVERSE) & (LIMB - 1);
      if (k < LIMBS) quotient.push(missing);
      else high = missing < LIMB / 2 ? missing : missing - LIMB;
      limb += PRIME_LOW * (k < LIMBS ? missing : high);
    }
    if (k === LIMBS + 2) limb += high;
    carry = limb / LIMB;
    if (!Number.isInteger(carry)) throw new Error(UNTRUE);
    carries.push(carry + CARRY_OFFSET);
  }
  if (carry !== high) throw new Error(UNTRUE);
  return { quotient, carry: carries };
}

const UNTRUE = "a product of coordinates was asked for that is another";
/** Times PRIME_LOW it is −1 modulo 2^16. */
const MINUS_INVERSE = LIMB - 13617;

/** The last product's sums, limb by limb: a list for each would be garbage. */
const limbSums = new Float64Array(2 * LIMBS);
