import { BYTE_AND, BYTES, RANGE14, RANGE16 } from "../buses.ts";
import { BYTE_PAIRS_LOG_ROWS } from "../byte-pairs/byte-pairs-air.ts";
import { RANGE16_LOG_ROWS } from "../range16/range16-air.ts";
import { countLookups, type LookingTable } from "./count-lookups.ts";

/** The main columns of bytePairs, then of range16, when these tables are all that look them up. */
export function fixedTableColumns(tables: readonly LookingTable[]): Uint32Array[][] {
  const pairs = 2 ** BYTE_PAIRS_LOG_ROWS;
  const numbers = 2 ** RANGE16_LOG_ROWS;
  // A row beyond the table for what is no byte: nothing answers it.
  const rowOfPair = (elements: readonly Uint32Array[], i: number): number => {
    const x = elements[0]?.[i] ?? 0;
    return x < 256 ? x + 256 * (elements[1]?.[i] ?? 0) : pairs;
  };
  const rowOfNumber = (elements: readonly Uint32Array[], i: number): number => elements[0]?.[i] ?? 0;
  return [
    [countLookups(tables, BYTES, pairs, rowOfPair), countLookups(tables, BYTE_AND, pairs, rowOfPair)],
    [countLookups(tables, RANGE16, numbers, rowOfNumber), countLookups(tables, RANGE14, numbers, rowOfNumber)],
  ];
}
