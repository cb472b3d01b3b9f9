/**
 * Bytes from one column of an array of columns to the next: one cache line more than the elements need, since columns a
 * power of two apart would share the same few cache sets.
 */
export function columnStride(logRows: number): number {
  return Math.max(64, 4 * 2 ** logRows) + 64;
}

/** Addresses of `width` columns from `start`. */
export function columnAddresses(start: number, width: number, logRows: number): number[] {
  return Array.from({ length: width }, (_, i) => start + i * columnStride(logRows));
}
