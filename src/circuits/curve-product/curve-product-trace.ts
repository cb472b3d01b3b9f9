import { P } from "../../field/koala-bear.ts";
import { traceColumns } from "../../stark/trace-columns.ts";
import { PRIME } from "../curve/secp256k1.ts";
import { LIMB, LIMBS, limbsOf, WORD_BYTES } from "../words/word.ts";
import { CARRY_OFFSET, CURVE_PRODUCT_FIELDS, type CurveProductCells, PRIME_LOW } from "./curve-product-air.ts";

/** What is asked: x · z is r modulo PRIME. Digits of 8 bits and limbs of 16, lowest first; all of them may be negative. */
export interface CurveProduct {
  readonly x: readonly number[];
  readonly z: readonly number[];
  readonly r: readonly number[];
}

/** The row that answers, but for the number of uses. Throws Error for an untrue product. */
export function curveProductRow({ x, z, r }: CurveProduct): CurveProductCells {
  const rest = valueOf(x, 8n) * valueOf(z, 8n) - valueOf(r, 16n);
  const whole = rest / PRIME;
  if (whole * PRIME !== rest) throw new Error("a product of coordinates was asked for that is another");
  const high = Number(whole >> 256n);
  const quotient = limbsOf(BigInt.asUintN(256, whole));
  const at = (list: readonly number[], k: number): number => list[k] ?? 0;
  let carry = 0;
  const carries = Array.from({ length: 2 * LIMBS }, (_, k) => {
    const ofHigh = (k === LIMBS ? PRIME_LOW * high : 0) + (k === LIMBS + 2 ? high : 0);
    const taken = PRIME_LOW * at(quotient, k) + at(quotient, k - 2) - at(quotient, k - LIMBS) + ofHigh;
    carry = (productLimbOf(x, z, k) - at(r, k) + taken + carry) / LIMB;
    return carry + CARRY_OFFSET;
  });
  return { x: x.map(canonical), z: z.map(canonical), r: r.map(canonical), quotient, carry: carries, uses: 1 };
}

/** The main columns of the table; of no rows without products. It is filled up with 0 · 0 = 0. */
export function curveProductColumns(products: readonly CurveProduct[], minLogRows: number): Uint32Array[] {
  const zeros = { x: new Array<number>(WORD_BYTES).fill(0), z: new Array<number>(WORD_BYTES).fill(0), r: limbsOf(0n) };
  const padding = (): CurveProductCells => ({ ...curveProductRow(zeros), uses: 0 });
  return traceColumns("curveProduct", CURVE_PRODUCT_FIELDS, products.map(curveProductRow), { padding, minLogRows });
}

function productLimbOf(x: readonly number[], z: readonly number[], k: number): number {
  let sum = 0;
  for (const [position, weight] of [
    [2 * k, 1],
    [2 * k + 1, 256],
  ] as const) {
    for (let i = Math.max(0, position - WORD_BYTES + 1); i < WORD_BYTES && i <= position; i++) {
      sum += weight * (x[i] ?? 0) * (z[position - i] ?? 0);
    }
  }
  return sum;
}

/** The number that digits of some bits stand for. */
function valueOf(digits: readonly number[], bits: bigint): bigint {
  return digits.reduceRight((sum, digit) => (sum << bits) + BigInt(digit), 0n);
}

function canonical(digit: number): number {
  return digit < 0 ? digit + P : digit;
}
