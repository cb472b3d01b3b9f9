import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import { FIRST_WORD, LAST_WORD, ROOTS } from "../buses.ts";
import type { MemoryPlace } from "../memory/memory-trace.ts";
import { DIGEST } from "../shapes/digest.ts";
import { assertBoolean } from "../words/expressions.ts";
import { LIMBS, limbsOf } from "../shapes/word.ts";
import { type PlacedPart, type StatementForm, statementLayout } from "./statement-form.ts";

export const BOUNDARY_FIELDS = { speaks: 1 } as const;

/** The table that tells the memory what the statement says of places, and asks for its roots. The first row alone speaks. */
export function boundaryAir(form: StatementForm): Air {
  const { parts, publicCount } = statementLayout(form);
  const b = new AirBuilder("boundary", publicCount);
  const { speaks } = b.declare(BOUNDARY_FIELDS);
  assertBoolean(b, { speaks });
  b.assertEqual("the first row speaks", "firstRow", speaks, b.constant(1));
  b.assertZero("no other row speaks", "transition", b.next(speaks));
  const publics = (from: number, count: number) => Array.from({ length: count }, (_, k) => b.public(from + k));
  const say = (moments: PlacedPart["moments"], { space, index }: MemoryPlace, word: readonly Expression[]): void => {
    const message = { space: b.constant(space), index: b.constant(index), word };
    if (moments.includes("before")) b.send(FIRST_WORD, speaks, message);
    if (moments.includes("after")) b.receive(LAST_WORD, speaks, message);
  };
  const above = (count: number) => Array.from({ length: count }, () => b.constant(0));
  const roots = { before: above(DIGEST), after: above(DIGEST) };
  for (const { part, moments, at, limbsAt } of parts) {
    if (part.kind === "root") for (const moment of moments) roots[moment] = publics(at, DIGEST);
    if (part.kind === "word") say(moments, part.place, [...publics(at, part.limbs), ...above(LIMBS - part.limbs)]);
    if (part.kind === "digest") say(moments, part.place, publics(limbsAt, LIMBS));
  }
  for (const { place, word } of form.fixed) {
    const limbs = limbsOf(word).map((limb) => b.constant(limb));
    say(["before", "after"], place, limbs);
  }
  b.send(ROOTS, speaks, roots);
  return b.build();
}

/** The main column of the table. */
export function boundaryColumns(minLogRows: number): Uint32Array[] {
  return traceColumns("boundary", BOUNDARY_FIELDS, [{ speaks: 1 }], { padding: () => ({ speaks: 0 }), minLogRows });
}
