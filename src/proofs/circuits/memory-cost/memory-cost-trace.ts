import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { MEMORY_COST_FIELDS, type MemoryCostCells } from "./memory-cost-air.ts";

/** Numbers of words whose cost is asked for. */
export class MemoryCostRequests {
  readonly #uses = new Map<number, number>();

  /** The cost of words, which counts as asked for. */
  readonly ask = (words: number): number => {
    this.#uses.set(words, (this.#uses.get(words) ?? 0) + 1);
    return memoryCost(words);
  };

  list(): MemoryCostCells[] {
    return [...this.#uses].map(([words, uses]) => memoryCostRow(words, uses));
  }
}

/** Gas for the given number of words of memory, counted from 0. Source: the yellow paper's C_mem. */
export function memoryCost(words: number): number {
  return 3 * words + Math.floor((words * words) / 512);
}

/** The row of a number of words below 2^20. */
export function memoryCostRow(words: number, uses: number): MemoryCostCells {
  const lower = words % 2 ** 10;
  return {
    lower,
    upper: Math.floor(words / 2 ** 10),
    uses,
    quotient: Math.floor((lower * lower) / 512),
    rest: (lower * lower) % 512,
  };
}

/** The main columns of the table; of no rows where nothing is asked. */
export function memoryCostColumns(rows: readonly MemoryCostCells[], minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("memoryCost", MEMORY_COST_FIELDS, rows, { padding: () => memoryCostRow(0, 0), minLogRows });
}
