import { smallInverse } from "../field/small-inverse.ts";
import type { Limbs } from "./recorded-run.ts";

/** Writes limbs, without what a typed array's `set` takes to see what kind of list it is given. */
export function writeWord(cells: Uint32Array, at: number, word: Limbs): void {
  for (let i = 0; i < word.length; i++) cells[at + i] = word[i] as number;
}

/** The sum of a word's limbs: 0 only for the word 0. */
export function sumOf(word: Limbs): number {
  let total = 0;
  for (let i = 0; i < word.length; i++) total += word[i] as number;
  return total;
}

export function sameWord(a: Limbs, b: Limbs): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The inverse of the first difference of two words in its limb; zero for equal words. */
export function difference(a: Limbs, b: Limbs): Limbs {
  const at = a.findIndex((limb, i) => limb !== b[i]);
  return a.map((limb, i) => (i === at ? smallInverse(limb - (b[i] ?? 0)) : 0));
}
