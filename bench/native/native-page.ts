import { MAX_UNITS_PER_GAS } from "../../src/protocol/native-budget.ts";
import { keyOf, type WeighedItem } from "../../test/execution-proof/support/native/weights.ts";

/** Units that a gas pays for. */
export const UNITS_PER_GAS = 6;

/** What its own frame pays for a thing at least. */
const gasOf = ({ item, units }: WeighedItem): number =>
  item.paysForUnits === true ? Math.max(item.gas, Math.ceil(units / UNITS_PER_GAS)) : item.gas;
/** What a gas of a thing takes, in units. */
export const unitsPerGas = (each: WeighedItem): number => (gasOf(each) === 0 ? 0 : each.units / gasOf(each));
/** Cells for a gas, where units are paid for with gas, too. */
export const paidCellsPerGas = ({ item, units, cells }: WeighedItem): number => cells / Math.max(item.gas, units / UNITS_PER_GAS);

/** docs/native.md. */
export function nativePage(weighed: readonly WeighedItem[]): string {
  const opcodes = weighed.filter(({ item }) => item.key.startsWith("0x"));
  const others = weighed.filter((each) => !opcodes.includes(each));
  const dearest = weighed.reduce((most, each) => (unitsPerGas(each) > unitsPerGas(most) ? each : most));
  return `# What it takes to prove an instruction

A proof of execution is made of tables. What a step takes is counted in **units of ${100} cells**; a row of one table counts as ${172} cells at least,
since tables have a highest height too. Gas was made for other machines: what costs the same there may differ by a factor of fifty here.

Written by \`npm run -s bench -- native --write\`, which runs each thing in a row by the kernel of format 3, fills all tables, and takes what each further one adds: with a tenth
more, but for permutations of Keccak, and with what undoing its changes takes. \`src/protocol/native-weights.ts\` has the same weights.
Operations of L1's queue are weighed by the constants of [format 2](protocol.md#8-operations), which are older.
Format 3 gives all calls the largest of their weights and half a slot's, all
creations the largest of theirs, and a precompiled contract its own beside the call's. Six units cost a gas, where that is more than the EVM's gas.

For somebody who writes contracts:

- Computing takes ${range(opcodes, (each) => each.item.gas <= 10 && each.rows < 4)} units a gas.
- A warm call takes ${range(opcodes, ({ item }) => /^0xf[124a]/.test(item.key))} units a gas with its frame's end: fewer, larger calls are cheaper.
- A block of KECCAK256 is a permutation: ${unitsOf(weighed, "hashedBlock")} units for 136 bytes, however few of them are there.
- A contract's code counts by its bytes, once in a transaction, when its account becomes warm; a slot or an account by its paths in the tree.
- Nothing takes more than ${MAX_UNITS_PER_GAS} units for a gas of its own frame. Nearest is ${dearest.item.name}, with ${unitsPerGas(dearest).toFixed(1)}.
- BLOCKHASH, sums of points (\`0x06\`), and precompiled contracts that are bytecode, pay a gas for six of their units in their own frame. Where its gas does not reach, it fails alone.

## Instructions

${table(opcodes)}

## Parts, precompiled contracts

A precompiled contract's weight has its call in it.

${table(others)}
`;
}

function table(weighed: readonly WeighedItem[]): string {
  const rows = weighed.map((each) => {
    const { item, units, cells, rows: count, table: name } = each;
    const gas = gasOf(each);
    const perGas = gas === 0 ? "" : unitsPerGas(each).toFixed(1);
    return `| ${item.name} | \`${keyOf(item)}\` | ${gas === 0 ? "" : gas} | ${units} | ${perGas} | ${Math.round(cells)} | ${Math.round(count)} of ${name} |`;
  });
  return [
    "| what | key | gas, at least | units | units a gas | cells | most rows |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

const unitsOf = (weighed: readonly WeighedItem[], key: string): number =>
  weighed.find(({ item }) => item.key === key)?.units ?? 0;

function range(weighed: readonly WeighedItem[], chosen: (each: WeighedItem) => boolean): string {
  const ratios = weighed.filter(chosen).map(unitsPerGas);
  return `${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}`;
}
