import type { Columns } from "../../backend.ts";
import type { CardPlace } from "../card/columns-store.ts";
import type { CardDevice, Scratch } from "../card/scratch.ts";

/** Locations of extension columns, each in one page; a column that spans two is copied as a whole. */
export function extensionColumns(device: CardDevice, scratch: Scratch, handle: Columns, degree: number): CardPlace[] {
  const columns = scratch.retain(device.columns.get(handle));
  const { places, logRows, width } = columns;
  if (width % degree !== 0) throw new RangeError(`${width} columns do not form extension columns of degree ${degree}`);
  const isFirst = (_: unknown, i: number): boolean => i % degree === 0;
  const isTogether = places.every(({ buffer }, i) => buffer === places[i - (i % degree)]?.buffer);
  if (isTogether) return places.filter(isFirst);
  const joined = scratch.columns(width, logRows, degree);
  joined.places.forEach(({ buffer, offset }, i) => {
    const source = places[i];
    if (source !== undefined) device.machine.copy(source.buffer, source.offset, buffer, offset, 2 ** logRows);
  });
  return joined.places.filter(isFirst);
}

/** Columns that the next round takes together: two neighbours, where there are two. Apart, they would be copied. */
export function pairOf(degree: number, width: number): number {
  return width % 2 === 0 ? 2 * degree : degree;
}
