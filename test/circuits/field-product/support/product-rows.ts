import { FIELD_PRODUCT_FIELDS, type FieldProductCells } from "../../../../src/proofs/circuits/field-product/field-product-air.ts";
import { BN254_PRIME } from "../../../../src/proofs/circuits/field-product/fp2-product.ts";
import { bytesOf, LIMBS, limbsOf, WORD_BYTES } from "../../../../src/proofs/circuits/shapes/word.ts";
import { lessCells } from "../../../../src/proofs/circuits/words/less-than.ts";
import { inv, mul } from "../../../../src/proofs/field/koala-bear.ts";
import { fieldElements } from "../../../../src/proofs/stark/constraints/fields.ts";
import { canonical, type Row } from "../../arithmetic/support/judge.ts";

/*
 * Rows of the table fieldProduct with any digits, made without the table's code: carries follow limb by limb in the table's
 * field, whether the product is true or not.
 */

/** Digits or limbs of the real part and of the imaginary part; they may be out of range. */
export type Parts = readonly [readonly number[], readonly number[]];

/** Digits of a and b, limbs of c. */
export interface Operands {
  readonly a: Parts;
  readonly b: Parts;
  readonly c: Parts;
}

/** Claim of a row about its operands: limbs of r, digits of the quotients. */
export interface Claimed {
  readonly r: Parts;
  readonly quotient: Parts;
}

/** Multiple of the prime that the real part has more than the product. */
export const SHIFT = 2n ** 254n;
/** Offsets of the carries that are stored. */
export const OFFSETS = [2 ** 14, 2 ** 13] as const;
/** Carries of each part. */
export const CARRIES = 31;

/** A list of zeros with other elements at some indexes. */
export function digits(set: Readonly<Record<number, number>>, count = WORD_BYTES): number[] {
  return Array.from({ length: count }, (_, i) => set[i] ?? 0);
}

export const NO_DIGITS = digits({});
export const NO_LIMBS = digits({}, LIMBS);

/** Operands with zeros in all other parts. */
export function operands(some: {
  readonly [Part in "a0" | "a1" | "b0" | "b1" | "c0" | "c1"]?: readonly number[];
}): Operands {
  const { a0 = NO_DIGITS, a1 = NO_DIGITS, b0 = NO_DIGITS, b1 = NO_DIGITS, c0 = NO_LIMBS, c1 = NO_LIMBS } = some;
  return { a: [a0, a1], b: [b0, b1], c: [c0, c1] };
}

/** The integer that digits represent, with the number of bits of a digit. */
export function integerOf(list: readonly number[], bits: bigint): bigint {
  return list.reduceRight((sum, digit) => (sum << bits) + BigInt(digit), 0n);
}

/** Both parts before they are divided by the prime, by integers. */
export function dividends({ a, b, c }: Operands): [bigint, bigint] {
  const [a0, a1, b0, b1] = [...a, ...b].map((list) => integerOf(list, 8n));
  const [c0, c1] = c.map((list) => integerOf(list, 16n));
  return [a0! * b0! - a1! * b1! + c0! + SHIFT * BN254_PRIME, a0! * b1! + a1! * b0! + c1!];
}

/** The claim that is true of the operands. */
export function truthOf(given: Operands): Claimed {
  const parts = dividends(given);
  const [r0, r1] = parts.map((part) => limbsOf(part % BN254_PRIME));
  const [q0, q1] = parts.map((part) => bytesOf(part / BN254_PRIME));
  return { r: [r0!, r1!], quotient: [q0!, q1!] };
}

/** A claim with another real part or imaginary part. */
export function replacePart(claimed: Claimed, part: number, r: readonly number[], quotient: readonly number[]): Claimed {
  const choose = ([real, imaginary]: Parts, other: readonly number[]): Parts => (part === 0 ? [other, imaginary] : [real, other]);
  return { r: choose(claimed.r, r), quotient: choose(claimed.quotient, quotient) };
}

const PRIME_BYTES = bytesOf(BN254_PRIME);
const SHIFT_LIMBS = limbsOf(SHIFT * BN254_PRIME, 2 * LIMBS);

/** Sum of the products of digits at the positions 2k and 2k + 1, the latter times 256, in the table's field. */
function limbOfProduct(x: readonly number[], z: readonly number[], k: number): number {
  let sum = 0;
  for (let i = 0; i < WORD_BYTES; i++) {
    const at = (j: number): number => mul(canonical(x[i]!), canonical(z[j] ?? 0));
    sum = canonical(sum + at(2 * k - i) + 256 * at(2 * k + 1 - i));
  }
  return sum;
}

/** Carries with their offsets. */
export function carriesOf({ a, b, c }: Operands, { r, quotient }: Claimed): number[] {
  return [0, 1].flatMap((part) => {
    let carry = 0;
    return Array.from({ length: CARRIES }, (_, k) => {
      const product =
        part === 0
          ? limbOfProduct(a[0], b[0], k) - limbOfProduct(a[1], b[1], k) + SHIFT_LIMBS[k]!
          : limbOfProduct(a[0], b[1], k) + limbOfProduct(a[1], b[0], k);
      const rest = (c[part]![k] ?? 0) - (r[part]![k] ?? 0) - limbOfProduct(quotient[part]!, PRIME_BYTES, k);
      carry = mul(canonical(product + rest + carry), inv(2 ** 16));
      return canonical(carry + OFFSETS[part]!);
    });
  });
}

/** The bytes as which a row stores a carry with its offset; the lower one is out of range if the carry is. */
function carryBytes(stored: number): number[] {
  const upper = Math.min(255, stored >> 7);
  return [stored - 128 * upper, upper];
}

/** Time of rows, time of the last accesses before it, and the indexes. */
export const TIME = 100;
export const BEFORE = 50;
export const INDEXES = { indexA: 10, indexB: 12, indexC: 14, indexR: 16 } as const;

/** The cells of a row. `less` are those that show r to be below the prime, if it is not. */
export function productCells(
  given: Operands,
  claimed: Claimed = truthOf(given),
  less: Partial<Pick<FieldProductCells, "chosen" | "gap">> = {},
): FieldProductCells {
  const shown = claimed.r.map((limbs) => {
    const x = integerOf(limbs, 16n);
    // A limb out of its range does not change which limb is chosen: the highest, in the rows that have this limb.
    const isInRange = limbs.every((limb) => limb >= 0 && limb < 2 ** 16);
    if (isInRange && x < BN254_PRIME) return lessCells({ x, y: BN254_PRIME });
    return { chosen: digits({ 15: 1 }, LIMBS), gap: limbsOf(BN254_PRIME)[15]! - limbs[15]! - 1 };
  });
  return {
    real: 1,
    time: TIME,
    ...INDEXES,
    a: given.a.flat(),
    b: given.b.flat(),
    c: given.c.flat(),
    r: claimed.r.flat(),
    old: digits({}, 2 * LIMBS),
    quotient: claimed.quotient.flat(),
    carry: carriesOf(given, claimed).flatMap(carryBytes),
    chosen: shown.flatMap(({ chosen }) => chosen),
    gap: shown.map(({ gap }) => gap),
    gaps: Array.from({ length: 8 }, (_, i) => [TIME + (i >> 1) - 1 - BEFORE, 0]).flat(),
    ...less,
  };
}

export function toRow(cells: FieldProductCells): Row {
  return fieldElements("fieldProduct", FIELD_PRODUCT_FIELDS, cells).map(canonical);
}
