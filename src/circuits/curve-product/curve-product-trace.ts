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
  const at = (list: readonly number[], k: number): number => list[k] ?? 0;
  const product = productLimbs(x, z);
  let carry = 0;
  const carries = Array.from({ length: 2 * LIMBS }, (_, k) => {
    const ofHigh = (k === LIMBS ? PRIME_LOW * high : 0) + (k === LIMBS + 2 ? high : 0);
    const taken = PRIME_LOW * at(quotient, k) + at(quotient, k - 2) - at(quotient, k - LIMBS) + ofHigh;
    carry = (at(product, k) - at(r, k) + taken + carry) / LIMB;
    return carry + CARRY_OFFSET;
  });
  return { x: x.map(canonical), z: z.map(canonical), r: r.map(canonical), quotient, carry: carries, uses: 1 };
}

/** The main columns of the table; of no rows without products. It is filled up with 0 · 0 = 0. */
export function curveProductColumns(rows: Rows<typeof CURVE_PRODUCT_FIELDS>, minLogRows: number): Uint32Array[] {
  const zeros = { x: new Array<number>(WORD_BYTES).fill(0), z: new Array<number>(WORD_BYTES).fill(0), r: limbsOf(0n) };
  const idle: CurveProductCells = { ...curveProductRow(zeros), uses: 0 };
  return traceColumns("curveProduct", CURVE_PRODUCT_FIELDS, rows, { padding: () => idle, minLogRows });
}

/** The limbs of a product, lowest first, without carries. */
function productLimbs(x: readonly number[], z: readonly number[]): number[] {
  const limbs = new Array<number>(2 * LIMBS).fill(0);
  for (let i = 0; i < WORD_BYTES; i++) {
    const digit = x[i] ?? 0;
    for (let j = 0; j < WORD_BYTES; j++) {
      const [k, weight] = [(i + j) >> 1, (i + j) % 2 === 0 ? 1 : 256];
      limbs[k] = (limbs[k] ?? 0) + weight * digit * (z[j] ?? 0);
    }
  }
  return limbs;
}

function canonical(digit: number): number {
  return digit < 0 ? digit + P : digit;
}
