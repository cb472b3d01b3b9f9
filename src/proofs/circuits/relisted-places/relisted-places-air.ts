import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { LEAF_COUNTS, LISTED_AFTER, LISTED_BEFORE, NODE } from "../buses.ts";
import { DIGEST } from "../shapes/digest.ts";
import { assertBoolean } from "../words/expressions.ts";

/** One place of the state's tree a row, that has a leaf before; afterwards it has one, or is empty. */
export const RELISTED_PLACES_FIELDS = {
  emptied: 1,
  /** Leaves afterwards, and with the places that are empty then up to here; and all leaves before. */
  count: 1,
  finalCount: 1,
  kept: 1,
  /** 1 in the first row, which states the number of leaves. */
  opens: 1,
  index: 1,
  before: DIGEST,
  after: DIGEST,
} as const;

export type RelistedPlaceCells = FieldValues<typeof RELISTED_PLACES_FIELDS, number>;

/** The table of places whose leaves are relisted; the places that become empty are the last ones. */
export function relistedPlacesAir(): Air {
  const b = new AirBuilder("relistedPlaces", 0);
  const { emptied, kept, opens, index, count, finalCount, before, after } = b.declare(RELISTED_PLACES_FIELDS);
  const one = b.constant(1);
  const isPlace = b.add(kept, emptied);
  assertBoolean(b, { emptied, kept, opens });
  b.assertEqual("the first row opens", "firstRow", opens, one);
  b.assertEqual("count", "transition", b.next(count), b.add(count, b.next(emptied)));
  b.assertEqual("final count stays", "transition", b.next(finalCount), finalCount);
  b.assertEqual("final count", "lastRow", finalCount, count);
  b.assertEqual("place", "everyRow", index, b.sub(count, one), emptied);
  after.forEach((lane, i) => b.assertZero(`empty: lane ${i}`, "everyRow", lane, emptied));
  b.receive(NODE, isPlace, { height: b.constant(0), index, before, after });
  b.receive(LISTED_BEFORE, isPlace, { index, leaf: before });
  b.receive(LISTED_AFTER, kept, { index, leaf: after });
  b.receive(LEAF_COUNTS, opens, { before: finalCount, after: b.sub(count, emptied) });
  return b.build();
}
