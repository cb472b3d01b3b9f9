import type { AirBuilder } from "../../stark/air.ts";
import type { Expression } from "../../stark/expression.ts";
import { element, lookUpCarries, lookUpLimbs, productLimb } from "../words/expressions.ts";
import { LIMB, LIMBS, WORD_BYTES } from "../shapes/word.ts";

/** Carries hold their value plus this: they are from −6000 to 10383. */
export const CARRY_OFFSET = 6_000;
/** PRIME is 2^256 − 2^32 − 977. */
const PRIME_LOW = 977;

/**
 * What is said to be true: x · z is r modulo PRIME. Digits of 8 bits and limbs of 16, lowest first; all of them may be negative.
 */
export interface CurveProduct<T = number> {
  readonly x: readonly T[];
  readonly z: readonly T[];
  readonly r: readonly T[];
}

/** What shows a product: x · z − r = (quotient + high · 2^256) · PRIME, where `high` is the last carry. */
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
  multiply(x, z);
  const quotient: number[] = [];
  const carries: number[] = [];
  let [carry, high] = [0, 0];
  for (let k = 0; k < 2 * LIMBS; k++) {
    let limb = (atPosition[2 * k] ?? 0) + 256 * (atPosition[2 * k + 1] ?? 0) + carry;
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

/** Sums of products of digits by position, the last product's: a list for each would be garbage. At most 32 · 510² < 2^31. */
const atPosition = new Int32Array(2 * WORD_BYTES);
const digitsOfZ = new Int32Array(WORD_BYTES);

/** Fills `atPosition`. */
function multiply(x: readonly number[], z: readonly number[]): void {
  atPosition.fill(0);
  digitsOfZ.set(z);
  for (let i = 0; i < WORD_BYTES; i++) {
    const digit = x[i] ?? 0;
    for (let j = 0; j < WORD_BYTES; j++) atPosition[i + j] = (atPosition[i + j] ?? 0) + Math.imul(digit, digitsOfZ[j] ?? 0);
  }
}
