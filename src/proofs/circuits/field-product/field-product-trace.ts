import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import { limbsOf, wordOf } from "../shapes/word.ts";
import { number30 } from "../words/earlier.ts";
import { lessCells } from "../words/less-than.ts";
import { ELEMENT_WORDS, FIELD_PRODUCT_FIELDS, type FieldProductCells } from "./field-product-air.ts";
import { BN254_PRIME, ELEMENT_BYTES, ELEMENT_LIMBS, type Fp2, fp2ProductWitness, NO_CARRIES } from "./fp2-product.ts";

/** A product that the kernel requests: its time, and the index of the first word of each element. */
interface FieldProductRequest {
  readonly time: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly r: number;
}

/** A word of the memory as a product accesses it: its limbs, and the time of its last access. */
export interface AccessedWord {
  word: readonly number[];
  time: number;
}

/**
 * The row of a product. `wordAt` returns the word at an index of the memory; the row's accesses and its result are written into
 * these words. Throws RangeError for an operand that is not below the prime: the kernel has none.
 */
export function fieldProductRow(request: FieldProductRequest, wordAt: (index: number) => AccessedWord): FieldProductCells {
  const gaps: number[] = [];
  const access = (first: number, tick: number): (readonly number[])[] => {
    return Array.from({ length: ELEMENT_WORDS }, (_, word) => {
      const accessed = wordAt(first + word);
      const now = request.time + tick;
      gaps.push(...number30(now - 1 - accessed.time));
      accessed.time = now;
      return accessed.word;
    });
  };
  const [a, b, c] = [access(request.a, 0), access(request.b, 1), access(request.c, 2)];
  const old = access(request.r, 3);
  const { product, quotient, carry } = fp2ProductWitness(valueOf(a), valueOf(b), valueOf(c));
  product.forEach((part, word) => (wordAt(request.r + word).word = limbsOf(part)));
  const less = product.map((part) => lessCells({ x: part, y: BN254_PRIME }));
  return {
    real: 1,
    time: request.time,
    indexA: request.a,
    indexB: request.b,
    indexC: request.c,
    indexR: request.r,
    a: a.flatMap(bytesOfLimbs),
    b: b.flatMap(bytesOfLimbs),
    c: c.flat(),
    r: product.flatMap((part) => limbsOf(part)),
    old: old.flat(),
    quotient,
    carry,
    chosen: less.flatMap(({ chosen }) => chosen),
    gap: less.map(({ gap }) => gap),
    gaps,
  };
}

function valueOf([real, imaginary]: readonly (readonly number[])[]): Fp2 {
  return [wordOf(real ?? []), wordOf(imaginary ?? [])];
}

function bytesOfLimbs(limbs: readonly number[]): number[] {
  return limbs.flatMap((limb) => [limb & 0xff, limb >> 8]);
}

/** The main columns of the table; of no rows without products. */
export function fieldProductColumns(rows: Rows<typeof FIELD_PRODUCT_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("fieldProduct", FIELD_PRODUCT_FIELDS, rows, { padding: noFieldProduct, minLogRows });
}

/** A row of no product. */
export function noFieldProduct(): FieldProductCells {
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  return {
    real: 0,
    time: 0,
    indexA: 0,
    indexB: 0,
    indexC: 0,
    indexR: 0,
    a: zeros(ELEMENT_BYTES),
    b: zeros(ELEMENT_BYTES),
    c: zeros(ELEMENT_LIMBS),
    r: zeros(ELEMENT_LIMBS),
    old: zeros(ELEMENT_LIMBS),
    quotient: zeros(FIELD_PRODUCT_FIELDS.quotient),
    carry: NO_CARRIES,
    chosen: zeros(FIELD_PRODUCT_FIELDS.chosen),
    gap: zeros(FIELD_PRODUCT_FIELDS.gap),
    gaps: zeros(FIELD_PRODUCT_FIELDS.gaps),
  };
}
