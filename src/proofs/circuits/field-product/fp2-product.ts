import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { bytesOf, LIMB, LIMBS, limbsOf } from "../shapes/word.ts";
import { addByteProduct } from "../words/byte-products.ts";
import { element, lookUpBytes, productLimb } from "../words/expressions.ts";

/** The prime of the field over which BN254 is defined (EIP-196). */
export const BN254_PRIME = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;

/** Bytes and limbs of an element of Fp2, which is two words. */
export const ELEMENT_BYTES = 64;
export const ELEMENT_LIMBS = 32;

/** Multiple of the prime that is added to the real part, so that its quotient is not negative: it is above the prime. */
const SHIFT = 1n << 254n;

/** Limbs of a product of two words. */
const PRODUCT_LIMBS = 2 * LIMBS;
/** Carries of each part: the last limb has none. */
const CARRIES = PRODUCT_LIMBS - 1;

/**
 * Carries are stored with this added, as two bytes: the lower one plus 128 times the upper one, from 0 to 32,895. Those of the
 * real part are from −11,937 to 8,160, those of the imaginary part from −3,778 to 16,319. With 2^13 for both, a false real part
 * has a row. With 2^14 for both, the two sides of a limb of the imaginary part may differ by more than the prime of the table's
 * field.
 */
const CARRY_OFFSETS = [2 ** 14, 2 ** 13] as const;
/** Weight of the upper byte of a carry. With 256, carries would have 16 bits, and false products have rows. */
const UPPER_BYTE = 128;

/** An element of Fp2, the real part first; the square of the imaginary unit is −1. */
export type Fp2 = readonly [bigint, bigint];

/** Columns that show a product, those of the real part first. */
export const FP2_PRODUCT_WITNESS = { quotient: ELEMENT_BYTES, carry: 124 } as const;

/** The columns of a product: bytes of a, b and the quotients, limbs of c and r, the real part first. */
interface ProductColumns {
  readonly a: readonly Expression[];
  readonly b: readonly Expression[];
  readonly c: readonly Expression[];
  readonly r: readonly Expression[];
  readonly quotient: readonly Expression[];
  readonly carry: readonly Expression[];
}

/**
 * On every row whose `real` is 1, r is a · b + c in Fp2 modulo the prime, for bytes of a and b and limbs of c and r that are in
 * range; if it is 0, they may all be 0. With integers it is r₀ + q₀p = a₀b₀ − a₁b₁ + c₀ + 2^254 · p and
 * r₁ + q₁p = a₀b₁ + a₁b₀ + c₁, limb by limb. The two sides of a limb's equation differ by at most 1,864,377,228 for the real part
 * and 1,866,588,525 for the imaginary one: less than the prime of the table's field, so they are equal as integers.
 */
export function assertFp2Product(builder: AirBuilder, real: Expression, columns: ProductColumns): void {
  const [a, b, c, r] = [halves(columns.a), halves(columns.b), halves(columns.c), halves(columns.r)];
  const [quotient, carry] = [halves(columns.quotient), halves(columns.carry)];
  for (const bytes of [columns.quotient, columns.carry]) lookUpBytes(builder, bytes);
  const sumOf = ([x, y]: Halves<Expression>): Expression[] => x.map((byte, i) => builder.add(byte, element(y, i)));
  const [sumA, sumB] = [sumOf(a), sumOf(b)];
  const shift = limbsOf(SHIFT * BN254_PRIME, PRODUCT_LIMBS);
  for (let k = 0; k < PRODUCT_LIMBS; k++) {
    // Three products instead of four: a₀b₁ + a₁b₀ is (a₀ + a₁)(b₀ + b₁) without the two others.
    const [first, second] = [productLimb(builder, a[0], b[0], k), productLimb(builder, a[1], b[1], k)];
    const sums = [
      builder.add(builder.sub(first, second), builder.scale(real, element(shift, k))),
      builder.sub(productLimb(builder, sumA, sumB, k), builder.add(first, second)),
    ];
    for (const part of [0, 1] as const) {
      const carryOut = (limb: number): Expression =>
        builder.sub(
          builder.add(element(carry[part], 2 * limb), builder.scale(element(carry[part], 2 * limb + 1), UPPER_BYTE)),
          builder.constant(CARRY_OFFSETS[part]),
        );
      const terms = [element(sums, part), multipleLimb(builder, quotient[part], k)];
      if (k < LIMBS) terms.push(element(c[part], k), builder.scale(element(r[part], k), -1));
      if (k > 0) terms.push(carryOut(k - 1));
      const out = k < CARRIES ? builder.scale(carryOut(k), LIMB) : builder.constant(0);
      builder.assertEqual(`${FP2_PARTS[part]}: limb ${k}`, "everyRow", builder.add(...terms), out);
    }
  }
}

/** Names of an element's parts. */
export const FP2_PARTS = ["real part", "imaginary part"] as const;

type Halves<T> = readonly [readonly T[], readonly T[]];

function halves<T>(list: readonly T[]): Halves<T> {
  return [list.slice(0, list.length / 2), list.slice(list.length / 2)];
}

const PRIME_BYTES = bytesOf(BN254_PRIME);

/** Limb k of minus the prime times a number of 32 bytes, as `productLimb` has it; each byte is multiplied once. */
function multipleLimb(b: AirBuilder, bytes: readonly Expression[], k: number): Expression {
  const digit = (i: number): number => PRIME_BYTES[i] ?? 0;
  return b.add(
    ...bytes.flatMap((byte, i) => {
      const factor = digit(2 * k - i) + 256 * digit(2 * k + 1 - i);
      return factor === 0 ? [] : [b.scale(byte, -factor)];
    }),
  );
}

/** Cells that show a product, and the product. */
interface Fp2ProductCells {
  readonly quotient: readonly number[];
  readonly carry: readonly number[];
  readonly product: Fp2;
}

/** a · b + c, with the cells that show it. Throws RangeError unless the parts of all three are from 0 to the prime less 1. */
export function fp2ProductWitness(a: Fp2, b: Fp2, c: Fp2): Fp2ProductCells {
  const large = [...a, ...b, ...c].find((part) => part < 0n || part >= BN254_PRIME);
  if (large !== undefined) throw new RangeError(`a part of an element of Fp2 is ${large}, not from 0 to ${BN254_PRIME - 1n}`);
  const dividend: Fp2 = [a[0] * b[0] - a[1] * b[1] + c[0] + SHIFT * BN254_PRIME, a[0] * b[1] + a[1] * b[0] + c[1]];
  const quotient: Fp2 = [dividend[0] / BN254_PRIME, dividend[1] / BN254_PRIME];
  const product: Fp2 = [dividend[0] % BN254_PRIME, dividend[1] % BN254_PRIME];
  const [a0, a1, b0, b1] = [bytesOf(a[0]), bytesOf(a[1]), bytesOf(b[0]), bytesOf(b[1])];
  const [real, imaginary] = [sumsOf(SHIFT * BN254_PRIME), sumsOf(0n)];
  addByteProduct(real, a0, b0, 1);
  addByteProduct(real, a1, b1, -1);
  addByteProduct(imaginary, a0, b1, 1);
  addByteProduct(imaginary, a1, b0, 1);
  const carry = ([0, 1] as const).flatMap((part) => {
    const sums = part === 0 ? real : imaginary;
    addByteProduct(sums, bytesOf(quotient[part]), PRIME_BYTES, -1);
    return carriesOf(sums, limbsOf(c[part]), limbsOf(product[part])).flatMap((value) => carryBytes(value + CARRY_OFFSETS[part]));
  });
  return { quotient: quotient.flatMap((part) => bytesOf(part)), carry, product };
}

/** The two bytes of a carry with its offset. */
function carryBytes(stored: number): number[] {
  return [stored % UPPER_BYTE, Math.floor(stored / UPPER_BYTE)];
}

/** The carry from each limb except the last one. */
function carriesOf(sums: Float64Array, added: readonly number[], result: readonly number[]): number[] {
  let carry = 0;
  return Array.from({ length: CARRIES }, (_, k) => {
    carry = ((sums[k] as number) + (added[k] ?? 0) - (result[k] ?? 0) + carry) / LIMB;
    return carry;
  });
}

/** Carries of a row of no product. */
export const NO_CARRIES: readonly number[] = CARRY_OFFSETS.flatMap((offset) =>
  Array.from({ length: CARRIES }, () => carryBytes(offset)).flat(),
);

function sumsOf(value: bigint): Float64Array {
  return Float64Array.from(limbsOf(value, PRODUCT_LIMBS));
}
