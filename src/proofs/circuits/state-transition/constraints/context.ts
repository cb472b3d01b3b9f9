import type { AirBuilder, ConstraintScope } from "../../../stark/constraints/air.ts";
import type { Expression } from "../../../stark/constraints/expression.ts";
import type { NextRegisters, Registers } from "../layout/columns.ts";
import type { RowTypeName } from "../layout/row-types.ts";

/** Inputs that the constraint groups share. */
export interface Context {
  readonly b: AirBuilder;
  readonly now: Registers;
  readonly next: NextRegisters;
  /** 1 on rows of this type, else 0; degree 5. */
  readonly is: (type: RowTypeName) => Expression;
  /** Sum of selectors: 1 on rows of any of these types, else 0; degree 5. */
  readonly anyOf: (...types: readonly RowTypeName[]) => Expression;
  /** 1 on path rows with more of their path to come: `pathNew` rows without `pathEnd`. */
  readonly openPath: Expression;
  /** Type codes of this row and the next, degree 1. */
  readonly code: Expression;
  readonly nextCode: Expression;
  /** This row's tagged compression of `left` and `right`: 8 lanes of degree 3. */
  readonly out: readonly Expression[];
  /** Kind of the two lanes of a row: the chain value of this row and of the next, 8 lanes of degree 2. */
  readonly lane: readonly Expression[];
  readonly nextLane: readonly Expression[];
  readonly publics: (first: number, count: number) => Expression[];
}

/** selector · (aᵢ − bᵢ) = 0 for every lane i. Both sides must have the same length. */
export function assertLanesEqual(
  { b }: Context,
  name: string,
  scope: ConstraintScope,
  actual: readonly Expression[],
  expected: readonly Expression[],
  selector?: Expression,
): void {
  if (actual.length !== expected.length) throw new RangeError(`${name}: ${actual.length} lanes against ${expected.length}`);
  actual.forEach((x, i) => b.assertEqual(`${name} [${i}]`, scope, x, lane(expected, i), selector));
}

/** The i-th expression. Throws RangeError when there is none. */
export function lane(expressions: readonly Expression[], i: number): Expression {
  const found = expressions[i];
  if (found === undefined) throw new RangeError(`no expression at index ${i}`);
  return found;
}

/** Π (x − k) for k in `values`: zero exactly when x is one of them. */
export function oneOf({ b }: Context, x: Expression, values: readonly number[]): Expression {
  return b.mul(...values.map((value) => b.sub(x, b.constant(value))));
}
