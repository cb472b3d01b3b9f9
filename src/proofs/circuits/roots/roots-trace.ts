import { elementCount, fieldValues } from "../../stark/constraints/fields.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { ROOTS_FIELDS, type RootsCells } from "./roots-air.ts";

/** The main columns of the table: one row that speaks. */
export function rootsColumns(row: RootsCells, minLogRows: LeastHeight): Uint32Array[] {
  const silent = fieldValues(ROOTS_FIELDS, new Array<number>(elementCount(ROOTS_FIELDS)).fill(0));
  return traceColumns("roots", ROOTS_FIELDS, [row], { padding: () => silent, minLogRows });
}
