import type { Assembler } from "../assembler.ts";
import type { Word } from "../relation.ts";

/** Begins a rule between statements: a section of relations that only compare. */
export function beginRule(assembler: Assembler, title: string): void {
  assembler.section(title, "BadStatement");
}

/** Each of these elements is the one of the others in its place. */
export function assertSame(assembler: Assembler, left: readonly Word[], right: readonly Word[]): void {
  if (left.length !== right.length) throw new RangeError(`${left.length} elements are compared with ${right.length}`);
  left.forEach((c, i) => assembler.arithmetic({ linear: { factor: 1, c } }, right[i]));
}

/** All of these elements are 0. */
export function assertZeros(assembler: Assembler, elements: readonly Word[]): void {
  for (const element of elements) assembler.arithmetic({}, element);
}
