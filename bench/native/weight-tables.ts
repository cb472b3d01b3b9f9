import { NATIVE_WEIGHTS } from "../../src/ground/protocol/native-weights.ts";
import { type MeasuredItem, measuredItems } from "../../test/execution-proof/support/native/measured-items.ts";
import { keyOf, weightIn, type WeighedItem } from "../../test/execution-proof/support/native/weights.ts";

/** Units that a gas pays for. */
export const UNITS_PER_GAS = 6;

/** An item with its weight. */
type ItemUnits = Pick<WeighedItem, "item" | "units">;

/** Gas that the item's own frame pays at least. */
export const gasOf = ({ item, units }: ItemUnits): number =>
  item.paysForUnits === true ? Math.max(item.gas, Math.ceil(units / UNITS_PER_GAS)) : item.gas;
/** Units for a gas of the item's own frame. */
export const unitsPerGas = (each: ItemUnits): number => (gasOf(each) === 0 ? 0 : each.units / gasOf(each));
/** Cells for a gas, if units are paid for with gas, too. */
export const paidCellsPerGas = ({ item, units, cells }: WeighedItem): number => cells / Math.max(item.gas, units / UNITS_PER_GAS);

/** Every item with the weight that src/ground/protocol/native-weights.ts has for its key. Throws an Error if it has none. */
export function itemsWithWeights(): readonly ItemUnits[] {
  return measuredItems().map((item) => ({ item, units: weightOf(item) }));
}

function weightOf(item: MeasuredItem): number {
  const units = weightIn(NATIVE_WEIGHTS, item);
  if (units === undefined) throw new Error(`${keyOf(item)} has no weight: run 'npm run -s bench -- native --write'`);
  return units;
}

/** Tables of the units that a proof takes for each instruction, part of a transaction and precompiled contract. */
export function weightTables(): string {
  const items = itemsWithWeights();
  const opcodes = items.filter(({ item }) => item.key.startsWith("0x"));
  const others = items.filter((each) => !opcodes.includes(each));
  const heads = ["### Instructions", "### Parts and precompiled contracts"];
  return [
    heads[0],
    "",
    table(opcodes),
    "",
    heads[1],
    "",
    "A precompiled contract's weight includes its call.",
    "",
    table(others),
  ].join("\n");
}

function table(items: readonly ItemUnits[]): string {
  const rows = items.map((each) => {
    const gas = gasOf(each);
    const [shownGas, perGas] = gas === 0 ? ["", ""] : [gas, unitsPerGas(each).toFixed(1)];
    return `| ${each.item.name} | \`${keyOf(each.item)}\` | ${shownGas} | ${each.units} | ${perGas} |`;
  });
  return ["| what | key | gas, at least | units | units a gas |", "|---|---|---|---|---|", ...rows].join("\n");
}
