import { P } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/air.ts";
import type { Expression } from "../../stark/expression.ts";
import type { FieldValues } from "../../stark/fields.ts";
import { COMPRESSION, DIGEST_WORDS, RANGE16 } from "../buses.ts";
import { DIGEST } from "../state-transition/columns.ts";
import { assertBoolean, element, lookUpLimbs } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../words/word.ts";

/** The upper limb of p − 1, the largest element, whose lower limb is 0. */
export const TOP_LIMB = (P - 1) / LIMB;

/** One compression of words a row. */
export const DIGEST_WORDS_FIELDS = {
  real: 1,
  tag: 1,
  left: LIMBS,
  right: LIMBS,
  result: LIMBS,
  /** Of each element of the result: whether its upper limb is that of p − 1; the inverse of how far it is from that if not. */
  isTop: DIGEST,
  inverse: DIGEST,
  /** How often the compression is asked for. */
  uses: 1,
} as const;

export type DigestWordsCells = FieldValues<typeof DIGEST_WORDS_FIELDS, number>;

/** The table that compresses digests which are written as words of the machine. */
export function digestWordsAir(): Air {
  const b = new AirBuilder("digestWords", 0);
  const { real, tag, left, right, result, isTop, inverse, uses } = b.declare(DIGEST_WORDS_FIELDS);
  const one = b.constant(1);
  assertBoolean(b, { real });
  b.assertZero("only a compression is used", "everyRow", b.mul(uses, b.sub(one, real)));
  const [from, to, output] = [elementsOf(b, left), elementsOf(b, right), elementsOf(b, result)];
  b.send(COMPRESSION, real, { tag, left: from, right: to, output });
  // Elements of the result are below p, so that a digest has one word.
  lookUpLimbs(b, result);
  isTop.forEach((top, i) => {
    const below = b.sub(b.constant(TOP_LIMB), upperLimb(result, i));
    b.send(RANGE16, one, { value: below });
    b.assertEqual(`top ${i}: if its upper limb is that of p − 1`, "everyRow", b.mul(below, element(inverse, i)), b.sub(one, top));
    b.assertZero(`top ${i}: is p − 1`, "everyRow", lowerLimb(result, i), top);
  });
  b.receive(DIGEST_WORDS, uses, { tag, left, right, result });
  return b.build();
}

/** The elements that a word's limbs stand for: the first is highest. */
function elementsOf(b: AirBuilder, limbs: readonly Expression[]): Expression[] {
  return Array.from({ length: DIGEST }, (_, i) => b.add(lowerLimb(limbs, i), b.scale(upperLimb(limbs, i), LIMB)));
}

function lowerLimb(limbs: readonly Expression[], i: number): Expression {
  return element(limbs, LIMBS - 2 - 2 * i);
}

function upperLimb(limbs: readonly Expression[], i: number): Expression {
  return element(limbs, LIMBS - 1 - 2 * i);
}
