import { type Measured, measure } from "./measure.ts";
import { type MeasuredItem, measuredItems } from "./measured-items.ts";

/** Cells of a unit, and the cells of a row in any table: the table's share of a budget divided by its maximum rows. */
export const CELLS_PER_UNIT = 100;
export const CELLS_PER_ROW = 172;
/** Factor for costs that no loop shows. A permutation has none, because it does not depend on its input. */
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
    return { ...own, item, cells, rows, units: Math.ceil((margin === false ? 1 : MARGIN) * exact) };
  });
}

/** Weights as src/ground/protocol/native-weights.ts has them. */
export interface Weights {
  readonly opcodes: Readonly<Record<number, number>>;
  readonly parts: Readonly<Record<string, number>>;
  readonly precompiles: Readonly<Record<number, number>>;
}

/** The weight of each key: of things that share one, such as calls that end in different ways, the largest. */
export function weightsOf(weighed: readonly WeighedItem[]): Weights {
  const weights = { opcodes: {}, parts: {}, precompiles: {} } as Record<keyof Weights, Record<string, number>>;
  for (const { item, units } of weighed) {
    const [kind, key] = placeOf(item);
    weights[kind][key] = Math.max(weights[kind][key] ?? 0, units);
  }
  return weights;
}

/** Weight of an item in a file of weights. */
export function weightIn(weights: Weights, item: MeasuredItem): number | undefined {
  const [kind, key] = placeOf(item);
  return (weights[kind] as Readonly<Record<string, number>>)[key];
}

function placeOf(item: MeasuredItem): readonly [kind: keyof Weights, key: string] {
  const [kind = "", address] = keyOf(item).split(" ");
  if (address !== undefined) return ["precompiles", `${Number(address)}`];
  return kind.startsWith("0x") ? ["opcodes", `${Number(kind)}`] : ["parts", kind];
}

/** An opcode, a precompiled contract or a part, without the variant. */
export function keyOf({ key }: MeasuredItem): string {
  return key.startsWith("precompile") ? key : (key.split(" ")[0] as string);
}
