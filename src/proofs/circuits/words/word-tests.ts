import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { element } from "./expressions.ts";
import { LIMB } from "../shapes/word.ts";

/** A row that tests or complements its words a and b; the flags are 0 or 1, at most one of them 1. */
interface TestedRow {
  readonly a: readonly Expression[];
  readonly b: readonly Expression[];
  readonly c: readonly Expression[];
  readonly d: readonly Expression[];
  /** c says whether a is 0, or whether a is b. */
  readonly isZero: Expression;
  readonly isEqual: Expression;
  /** c is the complement of a. */
  readonly isNot: Expression;
  /** b is tested, and nothing said in c. */
  readonly testsB: Expression;
  /** Result of the test, and the inverse of the tested limbs' sum if this is not 0. */
  readonly zero: Expression;
  readonly inverse: Expression;
}

/**
 * Asserts the results of ISZERO, EQ, NOT and conditions. Limbs are below 2^16, so their sum is 0 only if all
 * of them are.
 */
export function assertWordTests(b: AirBuilder, row: TestedRow): void {
  const { a, b: second, c, d, isZero, isEqual, isNot, testsB, zero, inverse } = row;
  const isNonZero = b.sub(b.constant(1), zero);
  const test = (name: string, flag: Expression, word: readonly Expression[]): void => {
    b.assertZero(`${name}: 0 if the flag says so`, "everyRow", b.mul(zero, b.add(...word)), flag);
    b.assertEqual(`${name}: not 0 if the flag says so`, "everyRow", b.mul(inverse, b.add(...word)), isNonZero, flag);
  };
  test("zero of a", isZero, a);
  test("zero of b", testsB, second);
  // Words that differ do so in some limb: d has that difference's inverse there.
  const differences = a.map((limb, i) => b.sub(limb, element(second, i)));
  differences.forEach((difference, i) => {
    b.assertZero(`equal: limb ${i}`, "everyRow", b.mul(zero, difference), isEqual);
  });
  const witness = b.add(...differences.map((difference, i) => b.mul(difference, element(d, i))));
  b.assertEqual("equal: not if the flag says so", "everyRow", witness, isNonZero, isEqual);
  c.forEach((limb, i) => {
    b.assertEqual(`flag: limb ${i}`, "everyRow", limb, i === 0 ? zero : b.constant(0), b.add(isZero, isEqual));
    b.assertEqual(`not: limb ${i}`, "everyRow", limb, b.sub(b.constant(LIMB - 1), element(a, i)), isNot);
  });
}
