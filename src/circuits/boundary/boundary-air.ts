import { type Air, AirBuilder } from "../../stark/air.ts";
import { traceColumns } from "../../stark/trace-columns.ts";
import { FIRST_WORD, LAST_WORD, ROOTS } from "../buses.ts";
import type { MemoryPlace } from "../memory/memory-trace.ts";
import { DIGEST } from "../state-transition/columns.ts";
import { assertBoolean } from "../words/expressions.ts";
import { LIMBS } from "../words/word.ts";

export const BOUNDARY_FIELDS = { speaks: 1 } as const;

/** Public values of a place of which the statement speaks: its word at first, then its word at last. */
const VALUES_PER_PLACE = 2 * LIMBS;

/** Public values of a statement: those of its places, then the state's root before the run and the one after it. */
export function boundaryValueCount(places: number): number {
  return places * VALUES_PER_PLACE + 2 * DIGEST;
}

/** The table that tells the memory what the statement says of places, and asks for its roots. The first row alone speaks. */
export function boundaryAir(places: readonly MemoryPlace[]): Air {
  const b = new AirBuilder("boundary", boundaryValueCount(places.length));
  const { speaks } = b.declare(BOUNDARY_FIELDS);
  assertBoolean(b, { speaks });
  b.assertEqual("the first row speaks", "firstRow", speaks, b.constant(1));
  b.assertZero("no other row speaks", "transition", b.next(speaks));
  const values = (from: number, count: number) => Array.from({ length: count }, (_, k) => b.public(from + k));
  places.forEach(({ space, index }, i) => {
    const place = { space: b.constant(space), index: b.constant(index) };
    b.send(FIRST_WORD, speaks, { ...place, word: values(i * VALUES_PER_PLACE, LIMBS) });
    b.receive(LAST_WORD, speaks, { ...place, word: values(i * VALUES_PER_PLACE + LIMBS, LIMBS) });
  });
  const roots = places.length * VALUES_PER_PLACE;
  b.send(ROOTS, speaks, { before: values(roots, DIGEST), after: values(roots + DIGEST, DIGEST) });
  return b.build();
}

/** The main column of the table. */
export function boundaryColumns(minLogRows: number): Uint32Array[] {
  return traceColumns("boundary", BOUNDARY_FIELDS, [{ speaks: 1 }], { padding: () => ({ speaks: 0 }), minLogRows });
}
