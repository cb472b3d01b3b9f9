import { smallInverse } from "../field/small-inverse.ts";
import type { Limbs } from "./recorded-run.ts";

/** Writes limbs, without what a typed array's `set` takes to see what kind of list it is given. */
function writeWord(cells: Uint32Array, at: number, word: Limbs): void {
  for (let i = 0; i < word.length; i++) cells[at + i] = word[i] as number;
}

/** The four words of a row, or the offsets of their first cells. */
type RowOf<Word> = Readonly<Record<"a" | "b" | "c" | "d", Word>>;

/** The words that a row of the processor's or of user mode's table reads and writes. */
export type RowWords = RowOf<Limbs>;

/** Writes the four words of the row at `at`, in a table with them at these offsets. */
export function writeWords(cells: Uint32Array, at: number, offsets: RowOf<number>, { a, b, c, d }: RowWords): void {
  writeWord(cells, at + offsets.a, a);
  writeWord(cells, at + offsets.b, b);
  writeWord(cells, at + offsets.c, c);
  writeWord(cells, at + offsets.d, d);
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
