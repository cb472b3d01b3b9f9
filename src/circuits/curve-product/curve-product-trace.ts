import { P } from "../../field/koala-bear.ts";
import { type Rows, traceColumns } from "../../stark/trace-columns.ts";
import { PRIME } from "../curve/secp256k1.ts";
import { LIMB, LIMBS, limbsOf, numberOf, WORD_BYTES } from "../words/word.ts";
import { CARRY_OFFSET, CURVE_PRODUCT_FIELDS, type CurveProductCells, PRIME_LOW } from "./curve-product-air.ts";

/** What is asked: x · z is r modulo PRIME. Digits of 8 bits and limbs of 16, lowest first; all of them may be negative. */
export interface CurveProduct {
  readonly x: readonly number[];
  readonly z: readonly number[];
  readonly r: readonly number[];
}

/** The row that answers, but for the number of uses. Throws Error for an untrue product. */
export function curveProductRow({ x, z, r }: CurveProduct): CurveProductCells {
  const rest = numberOf(x, 8) * numberOf(z, 8) - numberOf(r, 16);
  const whole = rest / PRIME;
  if (whole * PRIME !== rest) throw new Error("a product of coordinates was asked for that is another");
  const high = Number(whole >> 256n);
  const quotient = limbsOf(BigInt.asUintN(256, whole));
  multiply(x, z);
  const carries: number[] = [];
  let carry = 0;
  for (let k = 0; k < 2 * LIMBS; k++) {
    let limb = (atPosition[2 * k] ?? 0) + 256 * (atPosition[2 * k + 1] ?? 0) + carry;
    if (k < LIMBS) limb += PRIME_LOW * (quotient[k] ?? 0) - (r[k] ?? 0);
    else limb -= quotient[k - LIMBS] ?? 0;
    if (k >= 2 && k < LIMBS + 2) limb += quotient[k - 2] ?? 0;
    if (k === LIMBS) limb += PRIME_LOW * high;
    if (k === LIMBS + 2) limb += high;
    carry = limb / LIMB;
    carries.push(carry + CARRY_OFFSET);
  }
  return { x: x.map(canonical), z: z.map(canonical), r: r.map(canonical), quotient, carry: carries, uses: 1 };
}

/** The main columns of the table; of no rows without products. It is filled up with 0 · 0 = 0. */
export function curveProductColumns(rows: Rows<typeof CURVE_PRODUCT_FIELDS>, minLogRows: number): Uint32Array[] {
  const zeros = { x: new Array<number>(WORD_BYTES).fill(0), z: new Array<number>(WORD_BYTES).fill(0), r: limbsOf(0n) };
  const idle: CurveProductCells = { ...curveProductRow(zeros), uses: 0 };
  return traceColumns("curveProduct", CURVE_PRODUCT_FIELDS, rows, { padding: () => idle, minLogRows });
}

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

function canonical(digit: number): number {
  return digit < 0 ? digit + P : digit;
}
