import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import type { NodeChange } from "../leaves/state-trace.ts";
import { DIGEST } from "../shapes/digest.ts";
import { RELISTED_PLACES_FIELDS, type RelistedPlaceCells } from "./relisted-places-air.ts";

/** Number of a state's leaves before and after relisting. */
interface RelistedCounts {
  readonly before: number;
  readonly after: number;
}

/** The rows of places, in ascending order, and what they have before and afterwards; without the rows that fill up. */
export function relistedPlaceRows(changes: ReadonlyMap<number, NodeChange>, counts: RelistedCounts): RelistedPlaceCells[] {
  let count = counts.after;
  const rows = [...changes].sort(([a], [b]) => a - b);
  return rows.map(([index, change], i) => {
    const isEmptied = index >= counts.after;
    if (isEmptied) count++;
    const flags = { emptied: isEmptied ? 1 : 0, kept: isEmptied ? 0 : 1, opens: i === 0 ? 1 : 0 };
    return { ...flags, index, ...change, count, finalCount: counts.before };
  });
}

/** Padding row after the given number of leaves. */
export function noRelistedPlace(count: number): RelistedPlaceCells {
  const zero = new Array<number>(DIGEST).fill(0);
  return { emptied: 0, kept: 0, opens: 0, index: 0, count, finalCount: count, before: zero, after: zero };
}

/** The main columns of the table, of at least one row. */
export function relistedPlacesColumns(rows: readonly RelistedPlaceCells[], minLogRows: LeastHeight): Uint32Array[] {
  const count = rows.at(-1)?.finalCount ?? 0;
  return traceColumns("relistedPlaces", RELISTED_PLACES_FIELDS, rows, { padding: () => noRelistedPlace(count), minLogRows });
}
