import { elementCount, fieldElements, type Fields, type FieldValues } from "./fields.ts";

/**
 * A table's main columns from its rows: padded with rows of `padding` up to the power of two that is at least 2^minLogRows.
 * Without rows the columns are empty, which makes the table absent. Values must be canonical.
 */
export function traceColumns<F extends Fields>(
  table: string,
  fields: F,
  rows: readonly FieldValues<F, number>[],
  { padding, minLogRows }: { readonly padding: () => FieldValues<F, number>; readonly minLogRows: number },
): Uint32Array[] {
  const height = rows.length === 0 ? 0 : Math.max(2 ** minLogRows, 2 ** Math.ceil(Math.log2(rows.length)));
  const columns = Array.from({ length: elementCount(fields) }, () => new Uint32Array(height));
  const write = (row: number, values: FieldValues<F, number>): void =>
    fieldElements(`table ${table}`, fields, values).forEach((value, i) => {
      const column = columns[i];
      if (column !== undefined) column[row] = value;
    });
  rows.forEach((values, row) => write(row, values));
  for (let row = rows.length; row < height; row++) write(row, padding());
  return columns;
}
