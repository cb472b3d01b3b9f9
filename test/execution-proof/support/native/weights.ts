import { type Measured, measure } from "./measure.ts";
import { type MeasuredItem, measuredItems } from "./measured-items.ts";

/** Cells of a unit, and those that a row of any table counts as: so many rows are its part of what a table may have. */
export const CELLS_PER_UNIT = 100;
export const CELLS_PER_ROW = 172;
/** What is added for what no loop shows. A permutation has none: nothing of it depends on what is hashed. */
const MARGIN = 1.1;

/** A thing, what it takes, and its weight. */
export interface WeighedItem extends Measured {
  readonly item: MeasuredItem;
  readonly units: number;
}

/** Measures all that has a weight, or what of it is chosen. The changes that a thing makes weigh what undoing them takes. */
export function weighedItems(chosen: (item: MeasuredItem) => boolean = () => true): readonly WeighedItem[] {
  const items = measuredItems();
  const undone = measure(items.find(({ key }) => key === "journalEntry") as MeasuredItem);
  return items.filter(chosen).map((item) => {
    const own = measure(item);
    const { changes = 0, margin } = item;
    const cells = own.cells + changes * undone.cells;
    const rows = own.rows + changes * undone.rows;
    const exact = Math.max(cells, CELLS_PER_ROW * rows) / CELLS_PER_UNIT;
    return { item, cells, rows, table: own.table, units: Math.ceil((margin === false ? 1 : MARGIN) * exact) };
  });
}

/** The weight of each key: of things that share one, such as calls that end in different ways, the largest. */
export function weightsOf(weighed: readonly WeighedItem[]): Readonly<Record<string, number>> {
  const weights: Record<string, number> = {};
  for (const { item, units } of weighed) {
    const key = keyOf(item);
    weights[key] = Math.max(weights[key] ?? 0, units);
  }
  return weights;
}

/** An opcode, a precompiled contract or a part, without the variant. */
export function keyOf({ key }: MeasuredItem): string {
  return key.startsWith("precompile") ? key : (key.split(" ")[0] as string);
}
