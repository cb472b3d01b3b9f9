import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { DIGEST } from "../shapes/digest.ts";
import { TREE_FIELDS, type TreeCells } from "./tree-air.ts";

/** The main columns of the table; of no rows without nodes. */
export function treeColumns(rows: readonly TreeCells[], minLogRows: LeastHeight): Uint32Array[] {
  const zero = new Array<number>(DIGEST).fill(0);
  const none: TreeCells = {
    real: 0,
    height: 0,
    index: 0,
    touchesLeft: 0,
    touchesRight: 0,
    before: zero,
    after: zero,
    leftBefore: zero,
    leftAfter: zero,
    rightBefore: zero,
    rightAfter: zero,
  };
  return traceColumns("tree", TREE_FIELDS, rows, { padding: () => none, minLogRows });
}
