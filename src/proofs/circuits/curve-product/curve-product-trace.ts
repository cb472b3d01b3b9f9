import { P } from "../../field/koala-bear.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { limbsOf, WORD_BYTES } from "../shapes/word.ts";
import { CURVE_PRODUCT_FIELDS, type CurveProductCells } from "./curve-product-air.ts";
import { type CurveProduct, productWitness } from "./product-identity.ts";

/** Answering row, without its number of uses. Throws Error for an untrue product. */
export function curveProductRow(product: CurveProduct): CurveProductCells {
  const { x, z, r } = product;
  return { x: x.map(canonical), z: z.map(canonical), r: r.map(canonical), ...productWitness(product), uses: 1 };
}

/** The main columns of the table; of no rows without products. It is filled up with 0 · 0 = 0. */
export function curveProductColumns(rows: Rows<typeof CURVE_PRODUCT_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const zeros = { x: new Array<number>(WORD_BYTES).fill(0), z: new Array<number>(WORD_BYTES).fill(0), r: limbsOf(0n) };
  const idle: CurveProductCells = { ...curveProductRow(zeros), uses: 0 };
  return traceColumns("curveProduct", CURVE_PRODUCT_FIELDS, rows, { padding: () => idle, minLogRows });
}

function canonical(digit: number): number {
  return digit < 0 ? digit + P : digit;
}
