import { createExtension } from "../../../field/extension.ts";
import { P } from "../../../field/koala-bear.ts";
import type { Expression } from "../../../stark/expression.ts";
import { EXTENSION_DEGREE } from "../columns.ts";
import { PUBLIC } from "../public-values.ts";
import { ABSORBING_ROWS, FULL_LIMB_ROWS, HALF_LIMB_ROWS } from "../row-groups.ts";
import { assertLanesEqual, type Context, lane } from "./context.ts";

/** The diff list's digest D, its evaluation y at r and the entry and leaf counts. */
export function constrainDiffList(context: Context): void {
  const { b, now, next, is, anyOf, out } = context;
  const absorbing = anyOf(...ABSORBING_ROWS);
  const one = b.constant(1);
  assertLanesEqual(context, "an absorbing row hashes the diff digest", "everyRow", now.left, now.digest, absorbing);
  assertLanesEqual(context, "an absorbing row gives the next diff digest", "transition", next.digest, out, absorbing);
  assertLanesEqual(context, "diff digest is kept", "transition", next.digest, now.digest, b.sub(one, absorbing));

  const half = anyOf(...HALF_LIMB_ROWS);
  const full = anyOf(...FULL_LIMB_ROWS);
  const afterHalf = hornerSteps(context, now.accumulator, now.right);
  const afterFull = hornerSteps(context, now.accumulator, [...now.left, ...now.right]);
  assertLanesEqual(context, "a row of 8 limbs extends the evaluation", "transition", next.accumulator, afterHalf, half);
  assertLanesEqual(context, "a row of 16 limbs extends the evaluation", "transition", next.accumulator, afterFull, full);
  assertLanesEqual(context, "evaluation is kept", "transition", next.accumulator, now.accumulator, b.sub(b.sub(one, half), full));

  b.assertEqual("headers and keys are counted as entries", "transition", next.entryCount, b.add(now.entryCount, is("header"), is("keyStart")));
  b.assertEqual("a new leaf is counted", "transition", next.leafCount, b.add(now.leafCount, is("insertedLeaf")));
  const y = hornerSteps(context, now.accumulator, [now.entryCount]);
  assertLanesEqual(context, "last row has the evaluation at r", "lastRow", y, context.publics(PUBLIC.y, EXTENSION_DEGREE));
}

/** accumulator · r^k + Σ r^(k−1−j) · limb_j over k limbs, by coordinates. */
function hornerSteps(context: Context, accumulator: readonly Expression[], limbs: readonly Expression[]): Expression[] {
  const { b } = context;
  const moved = multiplyByPower(context, accumulator, limbs.length);
  return moved.map((start, c) =>
    b.add(start, ...limbs.map((limb, j) => scaleByPower(context, limb, limbs.length - 1 - j, c))),
  );
}

/** Coordinate c of r^power · x for a base element x. */
function scaleByPower({ b, publics }: Context, x: Expression, power: number, c: number): Expression {
  if (power === 0) return c === 0 ? x : b.constant(0);
  return b.mul(x, lane(publics(PUBLIC.rPowers + (power - 1) * EXTENSION_DEGREE, EXTENSION_DEGREE), c));
}

/** r^power · x for an extension element x: a matrix of sums of r's coordinates, applied to x's coordinates. */
function multiplyByPower({ b, publics }: Context, x: readonly Expression[], power: number): Expression[] {
  const field = createExtension(EXTENSION_DEGREE);
  const unit = (i: number) => Array.from({ length: EXTENSION_DEGREE }, (_, k) => (k === i ? 1 : 0));
  const r = publics(PUBLIC.rPowers + (power - 1) * EXTENSION_DEGREE, EXTENSION_DEGREE);
  return x.map((_, c) =>
    b.add(
      ...x.map((coordinate, i) => {
        const column = r.map((_, j) => field.mul(unit(i), unit(j))[c] ?? 0);
        return b.mul(coordinate, b.linear(r, column.map((k) => (k > P / 2 ? k - P : k))));
      }),
    ),
  );
}

