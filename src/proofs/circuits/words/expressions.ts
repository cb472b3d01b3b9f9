import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { BYTES, RANGE14, RANGE16 } from "../buses.ts";
import { LIMBS } from "../shapes/word.ts";

/** On every row each of the columns is 0 or 1. */
export function assertBoolean(b: AirBuilder, columns: Readonly<Record<string, Expression | readonly Expression[]>>): void {
  for (const [name, column] of Object.entries(columns)) {
    const list = isList(column) ? column : [column];
    list.forEach((bit, i) => {
      const label = isList(column) ? `${name}[${i}]` : name;
      b.assertZero(`${label} is boolean`, "everyRow", b.mul(bit, b.sub(bit, b.constant(1))));
    });
  }
}

/** On every row exactly one of the columns is 1, the others are 0. */
export function assertOneOf(b: AirBuilder, flags: Readonly<Record<string, Expression>>): void {
  assertBoolean(b, flags);
  b.assertEqual("one operation", "everyRow", b.add(...Object.values(flags)), b.constant(1));
}

/** Every one of the values is below 2^16. */
export function lookUpLimbs(b: AirBuilder, values: readonly Expression[]): void {
  for (const value of values) b.send(RANGE16, b.constant(1), { value });
}

/** Every one of the values is below 2^14. */
export function lookUpCarries(b: AirBuilder, values: readonly Expression[]): void {
  for (const value of values) b.send(RANGE14, b.constant(1), { value });
}

/** Every one of the values is a byte; they must be an even number of values. */
export function lookUpBytes(b: AirBuilder, values: readonly Expression[]): void {
  for (let i = 0; i + 1 < values.length; i += 2) {
    b.send(BYTES, b.constant(1), { low: element(values, i), high: element(values, i + 1) });
  }
}

/**
 * A bit is the highest one of a word's highest limb: limb − 2^15·bit, a number above −2^15 and below 2^16, doubled is below
 * 2^16 exactly when it is from 0 to 2^15 − 1.
 */
export function lookUpTopBit(b: AirBuilder, word: readonly Expression[], bit: Expression): void {
  b.send(RANGE16, b.constant(1), { value: b.scale(b.sub(element(word, LIMBS - 1), b.scale(bit, 2 ** 15)), 2) });
}

/** Limbs formed by bytes. */
export function limbsOfBytes(b: AirBuilder, bytes: readonly Expression[]): Expression[] {
  return Array.from({ length: bytes.length / 2 }, (_, i) =>
    b.add(element(bytes, 2 * i), b.scale(element(bytes, 2 * i + 1), 256)),
  );
}

/**
 * Limb k of the product of two numbers of bytes, without carries: the sums of byte products at positions 2k
 * and 2k + 1, the latter times 256. With at most 32 products at a position this is at most 32·255²·257 <
 * 2^29.
 */
export function productLimb(b: AirBuilder, x: readonly Expression[], y: readonly Expression[], k: number): Expression {
  return b.add(
    ...productsAt(b, x, y, (position) => position === 2 * k),
    b.scale(b.add(...productsAt(b, x, y, (position) => position === 2 * k + 1)), 256),
  );
}

/** The sum of all byte products from a position up. Zero exactly when all of them are, as long as it stays below p. */
export function productsFrom(b: AirBuilder, x: readonly Expression[], y: readonly Expression[], first: number): Expression {
  return b.add(...productsAt(b, x, y, (position) => position >= first));
}

/** A word of zeros. */
export function zeroWord(b: AirBuilder): Expression[] {
  return constantWord(b, 0);
}

/** A word whose lowest limb is a constant, the others zero. */
export function constantWord(b: AirBuilder, lowest: number): Expression[] {
  return Array.from({ length: LIMBS }, (_, i) => b.constant(i === 0 ? lowest : 0));
}

/** Limb by limb a + flag · (b − a). */
export function chooseWord(
  b: AirBuilder,
  flag: Expression,
  whenSet: readonly Expression[],
  otherwise: readonly Expression[],
): Expression[] {
  return otherwise.map((limb, i) => b.add(limb, b.mul(flag, b.sub(element(whenSet, i), limb))));
}

/** Limb by limb the word, or its complement when the flag is set. */
export function complementWhen(b: AirBuilder, flag: Expression, word: readonly Expression[]): Expression[] {
  return word.map((limb) => b.add(limb, b.mul(flag, b.sub(b.constant(0xffff), b.scale(limb, 2)))));
}

/** The element of a list that must have it. */
export function element<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`element ${index} of ${list.length} is missing`);
  return value;
}

function productsAt(
  b: AirBuilder,
  x: readonly Expression[],
  y: readonly Expression[],
  isWanted: (position: number) => boolean,
): Expression[] {
  return x.flatMap((left, i) => y.flatMap((right, j) => (isWanted(i + j) ? [b.mul(left, right)] : [])));
}

function isList(column: Expression | readonly Expression[]): column is readonly Expression[] {
  return Array.isArray(column);
}
