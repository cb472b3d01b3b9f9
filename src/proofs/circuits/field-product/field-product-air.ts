import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { MEMORY, MEMORY_TASK, PRODUCT_OFFSET } from "../buses.ts";
import { LIMBS, limbsOf, WORD_BYTES } from "../shapes/word.ts";
import { NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertBoolean, element, limbsOfBytes, lookUpBytes, lookUpLimbs, zeroWord } from "../words/expressions.ts";
import { assertLess } from "../words/less-than.ts";
import { assertFp2Product, BN254_PRIME, ELEMENT_BYTES, ELEMENT_LIMBS, FP2_PARTS, FP2_PRODUCT_WITNESS } from "./fp2-product.ts";

/** Words of an element of Fp2: the real part and the imaginary part. */
export const ELEMENT_WORDS = 2;
/** Times that a product takes: a, b, c and r are accessed in sequence, because a square has a and b at one index. */
export const PRODUCT_TIMES = 4;

/** One product a row. Elements are limbs, or bytes for a and b, lowest first and the real part first. */
export const FIELD_PRODUCT_FIELDS = {
  /** 1 for a product, 0 in a row that fills the table up. */
  real: 1,
  time: 1,
  /** Index of the first word of each element. */
  indexA: 1,
  indexB: 1,
  indexC: 1,
  indexR: 1,
  a: ELEMENT_BYTES,
  b: ELEMENT_BYTES,
  c: ELEMENT_LIMBS,
  r: ELEMENT_LIMBS,
  /** Previous content of the words of r. */
  old: ELEMENT_LIMBS,
  ...FP2_PRODUCT_WITNESS,
  /** Columns of `LESS_FIELDS`, because each part of r is below the prime. */
  chosen: ELEMENT_LIMBS,
  gap: 2,
  /** Time since the last access of each word, less one: words of a, b, c and r in this order. */
  gaps: 16,
} as const;

export type FieldProductCells = FieldValues<typeof FIELD_PRODUCT_FIELDS, number>;
type Columns = FieldValues<typeof FIELD_PRODUCT_FIELDS, Expression>;

/** The table of products in Fp2 of BN254, with operands and results in the memory of a space. */
export function fieldProductAir(space: number): Air {
  const builder = new AirBuilder("fieldProduct", 0);
  const columns = builder.declare(FIELD_PRODUCT_FIELDS);
  const { real, time, a, b, r, chosen, gap, indexA, indexB, indexC, indexR } = columns;
  assertBoolean(builder, { real });
  for (const bytes of [a, b]) lookUpBytes(builder, bytes);
  lookUpLimbs(builder, r);
  assertFp2Product(builder, real, columns);
  const prime = limbsOf(BN254_PRIME).map((limb) => builder.constant(limb));
  FP2_PARTS.forEach((name, part) => {
    const [limbs, flags] = [r, chosen].map((list) => list.slice(LIMBS * part, LIMBS * (part + 1)));
    assertLess(builder, real, limbs ?? [], prime, { chosen: flags ?? [], gap: element(gap, part) }, `${name}: `);
  });
  accessElements(builder, columns, space);
  const word = zeroWord(builder).map((zero, i) => [indexR, indexC, indexB, indexA][i] ?? zero);
  builder.receive(MEMORY_TASK, real, {
    space: builder.constant(space),
    offset: builder.constant(PRODUCT_OFFSET),
    time,
    word,
  });
  return builder.build();
}

/** Reads a, b and c, then writes r, at four times. */
function accessElements(b: AirBuilder, columns: Columns, space: number): void {
  const { real, time, indexA, indexB, indexC, indexR, a, b: second, c, r, old, gaps } = columns;
  const [limbsA, limbsB] = [limbsOfBytes(b, a), limbsOfBytes(b, second)];
  const elements = [
    { index: indexA, before: limbsA, after: limbsA },
    { index: indexB, before: limbsB, after: limbsB },
    { index: indexC, before: c, after: c },
    { index: indexR, before: old, after: r },
  ];
  elements.forEach(({ index: first, before, after }, tick) => {
    const now = b.add(time, b.constant(tick));
    for (let word = 0; word < ELEMENT_WORDS; word++) {
      const at = NUMBER30 * (ELEMENT_WORDS * tick + word);
      const index = b.add(b.scale(first, WORD_BYTES), b.constant(WORD_BYTES * word));
      const earlier = timeBefore(b, now, gaps.slice(at, at + NUMBER30));
      const limbs = (list: readonly Expression[]): Expression[] => list.slice(LIMBS * word, LIMBS * (word + 1));
      b.receive(MEMORY, real, { space: b.constant(space), index, time: earlier, word: limbs(before) });
      b.send(MEMORY, real, { space: b.constant(space), index, time: now, word: limbs(after) });
    }
  });
}
