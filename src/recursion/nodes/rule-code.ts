import type { Assembler } from "../assembler.ts";
import { FormArithmetic } from "../forms.ts";
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

/** Where `flag` is 1, and not 0, each of these elements is the one of the others in its place. */
export function assertSameWhere(assembler: Assembler, flag: Word, left: readonly Word[], right: readonly Word[]): void {
  if (left.length !== right.length) throw new RangeError(`${left.length} elements are compared with ${right.length}`);
  const forms = new FormArithmetic(assembler);
  left.forEach((c, i) => {
    const difference = forms.word(forms.sub(forms.cell(c), forms.cell(right[i] as Word)));
    forms.assertEqual(forms.mul(forms.cell(flag), forms.cell(difference)), forms.zero);
  });
}

/** The elements on the left where `flag` is 1, those on the right where it is 0. */
export function chosen(assembler: Assembler, flag: Word, left: readonly Word[], right: readonly Word[]): Word[] {
  const forms = new FormArithmetic(assembler);
  return right.map((c, i) => forms.word(forms.between(forms.cell(flag), forms.cell(c), forms.cell(left[i] as Word))));
}
