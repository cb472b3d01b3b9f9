import type { Air } from "../../stark/constraints/air.ts";
import type { Bus } from "../../stark/constraints/bus.ts";
import { evaluateRows, rowRange, type TableColumns } from "../../stark/constraints/column-arithmetic.ts";

/** A table whose sends are counted. Public values are not read by any. */
export interface LookingTable {
  readonly air: Air;
  readonly columns: TableColumns;
}

/** Rows evaluated at once. */
const CHUNK_ROWS = 2048;

/** Adds multiplicities to the counts of the rows that answer messages, given by the columns of their elements. */
export type CountRows = (counts: Uint32Array, elements: readonly Uint32Array[], multiplicities: Uint32Array) => void;

/**
 * Number of times that tables send each message of a bus whose messages a fixed table numbers. A message that
 * no row answers is left out; such a trace does not verify. The counts are below p as long as multiplicities
 * fit (`multiplicitiesFit`).
 */
export function countLookups(tables: readonly LookingTable[], bus: Bus, height: number, countRows: CountRows): Uint32Array {
  const counts = new Uint32Array(height);
  for (const { air, columns } of tables) {
    const sends = air.interactions.filter((each) => each.bus === bus && each.direction === "send");
    const roots = sends.flatMap(({ multiplicity, message }) => [multiplicity, ...message]);
    const rows = columns.main[0]?.length ?? 0;
    for (let first = 0; sends.length > 0 && first < rows; first += CHUNK_ROWS) {
      const size = Math.min(CHUNK_ROWS, rows - first);
      const values = evaluateRows(air, roots, columns, [], rowRange(first, size));
      let cursor = 0;
      for (const { message } of sends) {
        const multiplicities = values[cursor++] ?? new Uint32Array(size);
        countRows(counts, values.slice(cursor, (cursor += message.length)), multiplicities);
      }
    }
  }
  return counts;
}
