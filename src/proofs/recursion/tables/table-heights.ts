/** Number of saved rows of padding that justifies cutting a table in two. */
const LEAST_SAVED_ROWS = 2 ** 11;

/** log2 of the heights of the tables for `count` rows of one kind: two if one would have too much padding. */
export function tableHeights(count: number, minLogRows: number): readonly [number] | readonly [number, number] {
  const logOf = (rows: number): number => Math.max(minLogRows, Math.ceil(Math.log2(rows)));
  const whole = logOf(count);
  const first = 2 ** (whole - 1);
  if (count <= first) return [whole];
  const rest = logOf(count - first);
  return first - 2 ** rest < LEAST_SAVED_ROWS ? [whole] : [whole - 1, rest];
}

/** Rows of those tables, filling included. */
export function filledRows(count: number, minLogRows: number): number {
  return tableHeights(count, minLogRows).reduce((sum: number, logRows) => sum + 2 ** logRows, 0);
}
