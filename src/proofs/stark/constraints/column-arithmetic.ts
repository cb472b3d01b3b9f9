import { mul, P } from "../../field/koala-bear.ts";
import type { Air } from "./air.ts";
import { evaluateGraph, type NodeIndex } from "./expression.ts";

/** One table's columns in the trace domain, natural row order, all of the same power-of-two height. */
export interface TableColumns {
  readonly preprocessed: readonly Uint32Array[];
  readonly main: readonly Uint32Array[];
}

/**
 * Values of expressions at the given rows, one array per root; do not write into them, they may be parts of the columns. The next
 * row of the last one is row 0. Throws RangeError when a column or public value is missing.
 */
export function evaluateRows(
  air: Pick<Air, "name" | "nodes">,
  roots: readonly NodeIndex[],
  columns: TableColumns,
  publicValues: readonly number[],
  rows: Uint32Array,
): Uint32Array[] {
  const count = rows.length;
  const firstRow = rows[0] ?? 0;
  let areAdjacent = true;
  for (let i = 0; areAdjacent && i < count; i++) areAdjacent = rows[i] === firstRow + i;
  const constant = (value: number | undefined, subject: string): Uint32Array => {
    if (value === undefined) throw new RangeError(`table ${air.name} lacks ${subject}`);
    return new Uint32Array(count).fill(value);
  };
  return evaluateGraph<Uint32Array>(air.nodes, roots, {
    constant: (value) => constant(value, "a constant"),
    column: (phase, index, next) => {
      const column = phase === "lookup" ? undefined : columns[phase][index];
      if (column === undefined) throw new RangeError(`table ${air.name} lacks ${phase} column ${index}`);
      const mask = column.length - 1;
      const offset = next ? 1 : 0;
      if (areAdjacent && firstRow + offset + count <= column.length)
        return column.subarray(firstRow + offset, firstRow + offset + count);
      const values = new Uint32Array(count);
      for (let i = 0; i < count; i++) values[i] = column[((rows[i] ?? 0) + offset) & mask] ?? 0;
      return values;
    },
    public: (index) => constant(publicValues[index], `public value ${index}`),
    add: (a, b) => {
      const values = new Uint32Array(count);
      for (let i = 0; i < count; i++) {
        const sum = (a[i] ?? 0) + (b[i] ?? 0);
        values[i] = sum >= P ? sum - P : sum;
      }
      return values;
    },
    sub: (a, b) => {
      const values = new Uint32Array(count);
      for (let i = 0; i < count; i++) {
        const difference = (a[i] ?? 0) - (b[i] ?? 0);
        values[i] = difference < 0 ? difference + P : difference;
      }
      return values;
    },
    mul: (a, b) => {
      const values = new Uint32Array(count);
      for (let i = 0; i < count; i++) values[i] = mul(a[i] ?? 0, b[i] ?? 0);
      return values;
    },
  });
}

/** The rows from `first` to `first + count − 1`. */
export function rowRange(first: number, count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let i = 0; i < count; i++) rows[i] = first + i;
  return rows;
}
