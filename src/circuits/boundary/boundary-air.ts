import { type Air, AirBuilder } from "../../stark/air.ts";
import { traceColumns } from "../../stark/trace-columns.ts";
import { FIRST_WORD, LAST_WORD } from "../buses.ts";
import type { Place } from "../memory/memory-trace.ts";
import { assertBoolean } from "../words/expressions.ts";
import { LIMBS } from "../words/word.ts";

export const BOUNDARY_FIELDS = { speaks: 1 } as const;

/** Public values of a place of which the statement speaks: its word at first, then its word at last. */
export const VALUES_PER_PLACE = 2 * LIMBS;

/** The table that tells the memory what the statement says of these places. The first row speaks. */
export function boundaryAir(places: readonly Place[]): Air {
  const b = new AirBuilder("boundary", places.length * VALUES_PER_PLACE);
  const { speaks } = b.declare(BOUNDARY_FIELDS);
  assertBoolean(b, { speaks });
  b.assertEqual("the first row speaks", "firstRow", speaks, b.constant(1));
  places.forEach(({ space, index }, i) => {
    const place = { space: b.constant(space), index: b.constant(index) };
    const word = (from: number) => Array.from({ length: LIMBS }, (_, k) => b.public(i * VALUES_PER_PLACE + from + k));
    b.send(FIRST_WORD, speaks, { ...place, word: word(0) });
    b.receive(LAST_WORD, speaks, { ...place, word: word(LIMBS) });
  });
  return b.build();
}

/** The main column of the table. */
export function boundaryColumns(minLogRows: number): Uint32Array[] {
  return traceColumns("boundary", BOUNDARY_FIELDS, [{ speaks: 1 }], { padding: () => ({ speaks: 0 }), minLogRows });
}
