/** Middle value; the mean of the two middle ones for an even count. Throws RangeError for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError("the median of no values");
  return (low + high) / 2;
}

/** The value below which a part of all lies, by nearest rank. Throws RangeError for no values. */
export function quantile(values: readonly number[], part: number): number {
  const value = [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(part * values.length) - 1)];
  if (value === undefined) throw new RangeError("a quantile of no values");
  return value;
}
