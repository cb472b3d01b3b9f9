import type { Fields, FieldValues } from "../constraints/fields.ts";
import { type Padding, TableRows } from "./table-rows.ts";

/** Rows of a table: few of them as objects, many as columns. */
export type Rows<F extends Fields> = TableRows<F> | readonly FieldValues<F, number>[];

/** A table's main columns from its rows: what `TableRows.columns` gives of them, all padding alike. Values must be canonical. */
export function traceColumns<F extends Fields>(
  table: string,
  fields: F,
  rows: Rows<F>,
  { padding, minLogRows }: Padding<F>,
): Uint32Array[] {
  const last = padding();
  const own = rows instanceof TableRows ? rows : new TableRows(table, fields, rows);
  return own.columns({ padding: () => last, minLogRows });
}
