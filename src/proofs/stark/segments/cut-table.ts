import type { SegmentFlags } from "../constraints/segment-bounds.ts";

/**
 * The columns of a chained table in one segment, from those that it has in the whole run: the rows from `first` on, in which the
 * ghost is the row before the segment's own ones, the last of the segment before.
 */
export function chainedColumns(
  columns: readonly Uint32Array[],
  { first, rows }: { readonly first: number; readonly rows: number },
  { opens, closes }: Pick<SegmentFlags, "opens" | "closes">,
): Uint32Array[] {
  const ghost = new Uint32Array(rows);
  const end = new Uint32Array(rows);
  ghost[0] = 1 - opens;
  end[rows - 1] = 1 - closes;
  return [ghost, ...columns.map((column) => column.slice(first, first + rows)), end];
}
