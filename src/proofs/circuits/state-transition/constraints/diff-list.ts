import { createExtension } from "../../../field/extension.ts";
import { P } from "../../../field/koala-bear.ts";
import type { Expression } from "../../../stark/constraints/expression.ts";
import { ABSORPTIONS, type AbsorbedCell, type Absorption } from "../layout/absorbed-cells.ts";
import { EXTENSION_DEGREE } from "../layout/columns.ts";
import { HIGHEST_POWER, PUBLIC } from "../layout/public-values.ts";
import { ABSORBING_ROWS } from "../layout/row-groups.ts";
import type { RowTypeName } from "../layout/row-types.ts";
import { assertLanesEqual, type Context, lane } from "./context.ts";

const FIELD = createExtension(EXTENSION_DEGREE);
/** X^0 … X^8: all that a product of two coordinates can be. */
const POWERS_OF_X = Array.from({ length: 2 * EXTENSION_DEGREE - 1 }, (_, i) => FIELD.pow([0, 1, 0, 0, 0], i));

/** The diff list's digest D, its evaluation y at r and the entry and leaf counts. */
export function constrainDiffList(context: Context): void {
  const { b, now, next, is, anyOf, out } = context;
  const absorbing = anyOf(...ABSORBING_ROWS);
  const one = b.constant(1);
  assertLanesEqual(context, "an absorbing row hashes the diff digest", "everyRow", now.left, now.digest, absorbing);
  assertLanesEqual(context, "an absorbing row gives the next diff digest", "transition", next.digest, out, absorbing);
  assertLanesEqual(context, "diff digest is kept", "transition", next.digest, now.digest, b.sub(one, absorbing));

  const moved = timesPower(context, now.accumulator, HIGHEST_POWER);
  const absorptions = [
    { rows: ["header"], what: "a header" },
    { rows: ["keyStart"], what: "the first row of a key" },
    { rows: ["keyMiddle"], what: "the second row of a key" },
    { rows: ["keyEnd"], what: "the third row of a key" },
    { rows: ["value", "insertedValue"], what: "a value" },
  ] as const;
  for (const { rows, what } of absorptions) {
    const { beginsBlock, cells } = absorptionOf(rows[0]);
    const extended = withCells(context, beginsBlock ? moved : now.accumulator, cells);
    assertLanesEqual(context, `${what} extends the evaluation`, "transition", next.accumulator, extended, anyOf(...rows));
  }
  const keeps = b.sub(one, anyOf(...absorptions.flatMap(({ rows }) => rows)));
  assertLanesEqual(context, "evaluation is kept", "transition", next.accumulator, now.accumulator, keeps);

  b.assertEqual(
    "headers and keys are counted as entries",
    "transition",
    next.entryCount,
    b.add(now.entryCount, is("header"), is("keyStart")),
  );
  b.assertEqual("a new leaf is counted", "transition", next.leafCount, b.add(now.leafCount, is("insertedLeaf")));
  const [constant, ...rest] = timesPower(context, now.accumulator, 1);
  const y = [b.add(constant ?? one, now.entryCount), ...rest];
  assertLanesEqual(context, "last row has the evaluation at r", "lastRow", y, context.publics(PUBLIC.y, EXTENSION_DEGREE));
}

function absorptionOf(row: RowTypeName): Absorption {
  const absorption = ABSORPTIONS[row];
  if (absorption === undefined) throw new RangeError(`${row} rows hold no limbs`);
  return absorption;
}

/** sum + Σ X^coordinate · r^power · cell, by coordinates. */
function withCells(context: Context, sum: readonly Expression[], cells: readonly AbsorbedCell[]): Expression[] {
  const { b, now } = context;
  const input = [...now.left, ...now.right];
  return sum.map((start, c) =>
    b.add(
      start,
      ...cells.map(({ input: i, coordinate, power }) => b.mul(lane(input, i), shiftedPower(context, power, coordinate, c))),
    ),
  );
}

/** r^power · x for an extension element x, by coordinates. */
function timesPower(context: Context, x: readonly Expression[], power: number): Expression[] {
  const { b } = context;
  return x.map((_, c) => b.add(...x.map((coordinate, i) => b.mul(coordinate, shiftedPower(context, power, i, c)))));
}

/** Coordinate c of X^shift · r^power: a sum of coordinates of r^power. */
function shiftedPower({ b, publics }: Context, power: number, shift: number, c: number): Expression {
  if (power === 0) return b.constant(shift === c ? 1 : 0);
  const coordinates = publics(PUBLIC.rPowers + (power - 1) * EXTENSION_DEGREE, EXTENSION_DEGREE);
  const factors = coordinates.map((_, j) => POWERS_OF_X[shift + j]?.[c] ?? 0);
  return b.linear(
    coordinates,
    factors.map((k) => (k > P / 2 ? k - P : k)),
  );
}
