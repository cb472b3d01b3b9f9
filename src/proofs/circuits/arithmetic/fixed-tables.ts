import type { TableDefinition } from "../../stark/systems/system.ts";
import { BYTE_AND, BYTES, RANGE14, RANGE16 } from "../buses.ts";
import { BYTE_PAIRS_LOG_ROWS, bytePairsTable } from "../byte-pairs/byte-pairs-air.ts";
import { RANGE16_LOG_ROWS, range16Table } from "../range16/range16-air.ts";
import { countLookups, type CountRows, type LookingTable } from "./count-lookups.ts";

/** A table that the key fixes, with its height, and how often each of its rows is looked up. */
interface FixedTable {
  readonly definition: () => TableDefinition;
  /** The main columns, when these tables are all that look it up. */
  readonly columns: (looking: readonly LookingTable[]) => readonly Uint32Array[];
}

const PAIRS = 2 ** BYTE_PAIRS_LOG_ROWS;
const NUMBERS = 2 ** RANGE16_LOG_ROWS;

// No row answers for a value above a byte, or for a number beyond the table.
const countPairs: CountRows = (counts, [x, y], multiplicities) => {
  if (x === undefined || y === undefined) throw new RangeError("a pair has two elements");
  for (let i = 0; i < multiplicities.length; i++) {
    const [own, other] = [x[i] as number, y[i] as number];
    if (own < 256 && other < 256)
      counts[own + 256 * other] = (counts[own + 256 * other] as number) + (multiplicities[i] as number);
  }
};

const countNumbers: CountRows = (counts, [numbers], multiplicities) => {
  if (numbers === undefined) throw new RangeError("a number is an element");
  for (let i = 0; i < multiplicities.length; i++) {
    const number = numbers[i] as number;
    if (number < counts.length) counts[number] = (counts[number] as number) + (multiplicities[i] as number);
  }
};

/** The tables that all others look up. */
export const FIXED_TABLES: readonly FixedTable[] = [
  {
    definition: bytePairsTable,
    columns: (looking) => [countLookups(looking, BYTES, PAIRS, countPairs), countLookups(looking, BYTE_AND, PAIRS, countPairs)],
  },
  {
    definition: range16Table,
    columns: (looking) => [
      countLookups(looking, RANGE16, NUMBERS, countNumbers),
      countLookups(looking, RANGE14, NUMBERS, countNumbers),
    ],
  },
];
