import { BYTE_AND, BYTES, RANGE14, RANGE16 } from "../buses.ts";
import { BYTE_PAIRS_LOG_ROWS } from "../byte-pairs/byte-pairs-air.ts";
import { RANGE16_LOG_ROWS } from "../range16/range16-air.ts";
import { countLookups, type LookingTable } from "./count-lookups.ts";

/** The main columns of bytePairs, then of range16, when these tables are all that look them up. */
export function fixedTableColumns(tables: readonly LookingTable[]): Uint32Array[][] {
  const pairs = 2 ** BYTE_PAIRS_LOG_ROWS;
  const numbers = 2 ** RANGE16_LOG_ROWS;
  // A row beyond the table for what is no byte: nothing answers it.
  const rowOfPair = ([x = 0, y = 0]: readonly number[]): number => (x < 256 ? x + 256 * y : pairs);
  const rowOfNumber = ([value = 0]: readonly number[]): number => value;
  return [
    [countLookups(tables, BYTES, pairs, rowOfPair), countLookups(tables, BYTE_AND, pairs, rowOfPair)],
    [countLookups(tables, RANGE16, numbers, rowOfNumber), countLookups(tables, RANGE14, numbers, rowOfNumber)],
  ];
}
