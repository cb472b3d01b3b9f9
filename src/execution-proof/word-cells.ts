import { smallInverse } from "../field/small-inverse.ts";
import type { Limbs } from "./recorded-run.ts";

/** The sum of a word's limbs: 0 only for the word 0. */
export function sumOf(word: Limbs): number {
  let total = 0;
  for (const limb of word) total += limb;
  return total;
}

export function sameWord(a: Limbs, b: Limbs): boolean {
  return a.every((limb, i) => limb === b[i]);
}

/** The inverse of the first difference of two words in its limb; zero for equal words. */
export function difference(a: Limbs, b: Limbs): Limbs {
  const at = a.findIndex((limb, i) => limb !== b[i]);
  return a.map((limb, i) => (i === at ? smallInverse(limb - (b[i] ?? 0)) : 0));
}
