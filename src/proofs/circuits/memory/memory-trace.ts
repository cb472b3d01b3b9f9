import { type LeastHeight, TableRows } from "../../stark/rows/table-rows.ts";
import { number30 } from "../words/earlier.ts";
import { LIMBS } from "../shapes/word.ts";
import { MEMORY_FIELDS, type MemoryCells } from "./memory-air.ts";

/** Indexes of places are below this: of larger ones the table could not show that they ascend. */
export const INDEX_LIMIT = 2 ** 29;

/** A place of the memory. */
export interface MemoryPlace {
  /** Below 2^16. */
  readonly space: number;
  /** Below `INDEX_LIMIT`. */
  readonly index: number;
}

/** Accesses of a place in a run. */
export interface PlaceHistory extends MemoryPlace {
  readonly isStated: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly time: number;
  /** Number of codes that are made of its last word; default 0. */
  readonly uses?: number;
}

const ZERO = new Array<number>(LIMBS).fill(0);

/**
 * The main columns of the table, places in any order; of no rows where there are none. It is filled up with places that are
 * never accessed, in a space behind the last.
 */
export function memoryColumns(places: readonly PlaceHistory[], minLogRows: LeastHeight): Uint32Array[] {
  const sorted = [...places].sort((p, q) => p.space - q.space || p.index - q.index);
  let before: MemoryPlace | undefined;
  const cells = (place: PlaceHistory): MemoryCells => {
    const row = cellsOf(place, before);
    before = place;
    return row;
  };
  const rows = sorted.map(cells);
  const space = (sorted.at(-1)?.space ?? 0) + 1;
  let index = 0;
  const padding = (): MemoryCells => cells({ space, index: index++, isStated: false, first: ZERO, last: ZERO, time: 0 });
  return new TableRows("memory", MEMORY_FIELDS, rows).columns({ padding, minLogRows });
}

/** The row of a place that is never accessed, behind another row. */
export function unusedPlace({ space, index }: MemoryPlace, isUsed: boolean): MemoryCells {
  const place = isUsed ? { space: space + 1, index: 0 } : { space, index: index + 1 };
  return cellsOf({ ...place, isStated: false, first: ZERO, last: ZERO, time: 0 }, { space, index });
}

function cellsOf(
  { space, index, isStated, first, last, time, uses = 0 }: PlaceHistory,
  before: MemoryPlace | undefined,
): MemoryCells {
  const sameSpace = before?.space === space;
  const gap = before === undefined ? 0 : (sameSpace ? index - before.index : space - before.space) - 1;
  return {
    space,
    index: number30(index),
    sameSpace: sameSpace ? 1 : 0,
    gap: number30(gap),
    stated: isStated ? 1 : 0,
    first,
    last,
    time,
    uses,
  };
}
