import type { Assembler } from "../assembler.ts";
import { GENERATOR } from "../../field/koala-bear.ts";
import { type Form, FormArithmetic } from "../forms.ts";
import { type Word, WORD_ELEMENTS } from "../relation.ts";

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

/** Asserts that the elements are equal in pairs if `flag` is 1, and nothing if it is 0. */
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

/** `flag` is 0 or 1. */
export function assertBit(assembler: Assembler, flag: Word): void {
  assembler.arithmetic({ product: { factor: 1, a: flag, b: flag } }, flag);
}

/**
 * `flag`, a bit, is 1 exactly if each of these elements, ten at most, is the one of the others in its place. x² − g·y² of two
 * elements of the extension is 0 for x = y = 0 alone: a generator g has no root in the base field, nor in one of odd degree.
 */
export function assertWhetherSame(assembler: Assembler, flag: Word, left: readonly Word[], right: readonly Word[]): void {
  if (left.length > 2 * WORD_ELEMENTS) throw new RangeError(`${left.length} elements have no room in two of the extension`);
  assertSameWhere(assembler, flag, left, right);
  const forms = new FormArithmetic(assembler);
  const differences = left.map((c, i) => forms.word(forms.sub(forms.cell(c), forms.cell(right[i] as Word))));
  const square = (elements: readonly Word[]): Form => {
    const joined = forms.joined(elements);
    return forms.mul(joined, joined);
  };
  const [first, rest] = [differences.slice(0, WORD_ELEMENTS), differences.slice(WORD_ELEMENTS)];
  const norm = rest.length === 0 ? square(first) : forms.sub(square(first), forms.scale(square(rest), GENERATOR));
  forms.inverse(forms.add(norm, forms.cell(flag)));
}

/** The sum of two numbers of 32 bits, in limbs of 16 bits, the lowest first: it has 32 bits, too. */
export function sumOfNumbers(assembler: Assembler, left: readonly Word[], right: readonly Word[]): Word[] {
  const sum = assembler.newWords(2);
  addNumbers(assembler, left, (limb, forms) => forms.cell(right[limb] as Word), sum);
  return sum;
}

/** A number of 32 bits, in limbs, is below a bound: what lies between the bound and 2^32 can be added to it. */
export function assertBelow(assembler: Assembler, number: readonly Word[], bound: number): void {
  const room = limbsOfNumber(2 ** 32 - bound);
  addNumbers(assembler, number, (limb, forms) => forms.base(room[limb] ?? 0), []);
}

/** Adds limb by limb; asserts that the second one has no carry. */
function addNumbers(
  assembler: Assembler,
  left: readonly Word[],
  rightOf: (limb: number, forms: FormArithmetic) => Form,
  [low, high]: readonly Word[],
): void {
  const forms = new FormArithmetic(assembler);
  const [below, above] = left.map((c, limb) => forms.add(forms.cell(c), rightOf(limb, forms))) as [Form, Form];
  const carry = assembler.newWord();
  assembler.bits(forms.word(below), { low, high: carry });
  assembler.bits(forms.word(forms.add(above, forms.cell(carry))), { low: high, high: assembler.constant(0) });
}

/** A number of 32 bits, in limbs of 16, the lowest first. Throws RangeError for a larger one. */
export function limbsOfNumber(number: number): number[] {
  if (number >= 2 ** 32) throw new RangeError(`${number} is not a number of 32 bits`);
  return [number % 2 ** 16, Math.floor(number / 2 ** 16)];
}
