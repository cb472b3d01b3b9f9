import { P } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { COMPRESSION, DIGEST_WORDS, RANGE16 } from "../buses.ts";
import { DIGEST } from "../shapes/digest.ts";
import { assertBoolean, element, lookUpBytes, lookUpLimbs } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";

/** The upper limb of p − 1, the largest element, whose lower limb is 0. */
export const TOP_LIMB = (P - 1) / LIMB;

/** One compression of words a row. */
export const DIGEST_WORDS_FIELDS = {
  real: 1,
  tag: 1,
  /** 1 if the right side's elements are in the upper 24 bytes of its word, three each. */
  packed: 1,
  left: LIMBS,
  right: LIMBS,
  /** The upper bytes of the right side's limbs 14, 11, 8 and 5, of which each has bytes of two packed elements. */
  upper: 4,
  /** The right side's elements. */
  elements: DIGEST,
  result: LIMBS,
  /**
   * For each element of the result: 1 if its upper limb is that of p − 1; otherwise the inverse of the
   * difference.
   */
  isTop: DIGEST,
  inverse: DIGEST,
  uses: 1,
} as const;

export type DigestWordsCells = FieldValues<typeof DIGEST_WORDS_FIELDS, number>;

/** The table that compresses digests which are written as words of the machine. */
export function digestWordsAir(): Air {
  const b = new AirBuilder("digestWords", 0);
  const { real, tag, packed, left, right, upper, elements, result, isTop, inverse, uses } = b.declare(DIGEST_WORDS_FIELDS);
  const one = b.constant(1);
  assertBoolean(b, { real, packed });
  b.assertZero("only a compression is used", "everyRow", b.mul(uses, b.sub(one, real)));
  const [whole, parts] = [elementsOf(b, right), packedElements(b, right, upper)];
  elements.forEach((value, i) => {
    const [plain, part] = [element(whole, i), element(parts, i)];
    b.assertEqual(`element ${i}`, "everyRow", value, b.add(plain, b.mul(packed, b.sub(part, plain))));
  });
  b.send(COMPRESSION, real, { tag, left: elementsOf(b, left), right: elements, output: elementsOf(b, result) });
  // Elements of the result are below p, so that a digest has one word.
  lookUpLimbs(b, result);
  isTop.forEach((top, i) => {
    const below = b.sub(b.constant(TOP_LIMB), upperLimb(result, i));
    b.send(RANGE16, one, { value: below });
    b.assertEqual(`top ${i}: if its upper limb is that of p − 1`, "everyRow", b.mul(below, element(inverse, i)), b.sub(one, top));
    b.assertZero(`top ${i}: is p − 1`, "everyRow", lowerLimb(result, i), top);
  });
  b.receive(DIGEST_WORDS, uses, { tag, packed, left, right, result });
  return b.build();
}

/** Elements in a word's limbs, the highest first. */
function elementsOf(b: AirBuilder, limbs: readonly Expression[]): Expression[] {
  return Array.from({ length: DIGEST }, (_, i) => b.add(lowerLimb(limbs, i), b.scale(upperLimb(limbs, i), LIMB)));
}

/** The elements that are in a word's upper 24 bytes: two in three limbs, the middle one of which is taken apart. */
function packedElements(b: AirBuilder, limbs: readonly Expression[], upper: readonly Expression[]): Expression[] {
  return upper.flatMap((high, i) => {
    const at = LIMBS - 1 - 3 * i;
    const low = b.sub(element(limbs, at - 1), b.scale(high, 256));
    lookUpBytes(b, [low, high]);
    return [b.add(b.scale(element(limbs, at), 256), high), b.add(b.scale(low, LIMB), element(limbs, at - 2))];
  });
}

function lowerLimb(limbs: readonly Expression[], i: number): Expression {
  return element(limbs, LIMBS - 2 - 2 * i);
}

function upperLimb(limbs: readonly Expression[], i: number): Expression {
  return element(limbs, LIMBS - 1 - 2 * i);
}
