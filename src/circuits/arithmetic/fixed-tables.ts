import type { TableDefinition } from "../../stark/systems/system.ts";
import { BYTE_AND, BYTES, RANGE14, RANGE16 } from "../buses.ts";
import { BYTE_PAIRS_LOG_ROWS, bytePairsTable } from "../byte-pairs/byte-pairs-air.ts";
import { RANGE16_LOG_ROWS, range16Table } from "../range16/range16-air.ts";
import { countLookups, type LookingTable } from "./count-lookups.ts";

/** A table that the key fixes, with its height, and how often each of its rows is looked up. */
interface FixedTable {
  readonly definition: () => TableDefinition;
  /** The main columns, when these tables are all that look it up. */
  readonly columns: (looking: readonly LookingTable[]) => readonly Uint32Array[];
}

const PAIRS = 2 ** BYTE_PAIRS_LOG_ROWS;
const NUMBERS = 2 ** RANGE16_LOG_ROWS;

// A row beyond the table for what is no byte: nothing answers it.
function rowOfPair(elements: readonly Uint32Array[], i: number): number {
  const x = elements[0]?.[i] ?? 0;
  return x < 256 ? x + 256 * (elements[1]?.[i] ?? 0) : PAIRS;
}

function rowOfNumber(elements: readonly Uint32Array[], i: number): number {
  return elements[0]?.[i] ?? 0;
}

/** The tables that all others look up. */
export const FIXED_TABLES: readonly FixedTable[] = [
  {
    definition: bytePairsTable,
    columns: (looking) => [countLookups(looking, BYTES, PAIRS, rowOfPair), countLookups(looking, BYTE_AND, PAIRS, rowOfPair)],
  },
  {
    definition: range16Table,
    columns: (looking) => [
      countLookups(looking, RANGE16, NUMBERS, rowOfNumber),
      countLookups(looking, RANGE14, NUMBERS, rowOfNumber),
    ],
  },
];
