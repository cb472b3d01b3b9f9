import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPCODES } from "../../src/proofs/machine/instructions/evm.ts";
import {
  keyOf,
  type WeighedItem,
  weighedItems,
  type Weights,
  weightsOf,
} from "../../test/execution-proof/support/native/weights.ts";
import { paidCellsPerGas, unitsPerGas } from "./weight-tables.ts";

export interface NativeBenchOptions {
  readonly json: boolean;
  /** Writes the weights. */
  readonly write: boolean;
  /** Fails where what is written is not what is measured. */
  readonly check: boolean;
}

const ROOT = join(import.meta.dirname, "..", "..");
const WEIGHTS = "src/ground/protocol/native-weights.ts";
/** These end a frame, or begin none, and are weighed with calls. */
const IN_CALLS: readonly number[] = [0x00, 0xf3, 0xfd];

/** Weighs every opcode, precompiled contract and end of a frame by what all tables have of it; bench/README.md says more. */
export function benchNative({ json, write, check }: NativeBenchOptions): void {
  const weighed = weighedItems();
  requireEveryOpcode(weighed);
  const content = weightsFile(weightsOf(weighed));
  for (const { item, cells, rows, table, units } of weighed) {
    if (json) console.log(JSON.stringify({ key: item.key, name: item.name, gas: item.gas, units, cells, rows, table }));
  }
  const target = join(ROOT, WEIGHTS);
  if (write) writeFileSync(target, content);
  else if (check && readFileSync(target, "utf8") !== content) {
    console.error(`${WEIGHTS} is not what is measured: run 'npm run -s bench -- native --write'`);
    process.exitCode = 1;
  }
  const worst = mostOf(weighed, paidCellsPerGas);
  const unpaid = mostOf(weighed, unitsPerGas);
  const figures = {
    ...{ worstCellsPerGas: Math.round(paidCellsPerGas(worst)), worstPaid: worst.item.name },
    ...{ worstUnitsPerGas: Number(unitsPerGas(unpaid).toFixed(1)), worstByGasAlone: unpaid.item.name },
  };
  console.log(
    json
      ? JSON.stringify(figures)
      : Object.entries(figures)
          .map(([name, value]) => `${name} ${value}`)
          .join("\n"),
  );
}

function weightsFile(weights: Weights): string {
  const hex = (value: string): string => `0x${Number(value).toString(16).padStart(2, "0")}`;
  const list = (of: Readonly<Record<string, number>>, name: (key: string) => string): string =>
    Object.entries(of)
      .map(([key, units]) => `    ${name(key)}: ${units},\n`)
      .join("");
  const { opcodes, parts, precompiles } = weights;
  return [
    "// Written by 'npm run -s bench -- native --write' from what a proof's tables have of each. Do not edit.\n",
    "/** Weights (docs/native.md): units of opcodes, of what depends on operands, of precompiled contracts with their call. */\n",
    `export const NATIVE_WEIGHTS = {\n  opcodes: {\n${list(opcodes, hex)}  } as Readonly<Record<number, number>>,\n`,
    `  parts: {\n${list(parts, (key) => key)}  },\n  precompiles: {\n${list(precompiles, hex)}  },\n} as const;\n`,
  ].join("");
}

function requireEveryOpcode(weighed: readonly WeighedItem[]): void {
  const keys = new Set(weighed.map(({ item }) => keyOf(item)));
  const missing = OPCODES.flatMap((rule, opcode) => {
    const key = `0x${opcode.toString(16).padStart(2, "0")}`;
    return rule === undefined || IN_CALLS.includes(opcode) || keys.has(key) ? [] : [key];
  });
  if (missing.length > 0) throw new Error(`opcodes that nothing weighs: ${missing.join(", ")}; add them to measured-items.ts`);
}

function mostOf(weighed: readonly WeighedItem[], of: (each: WeighedItem) => number): WeighedItem {
  return weighed.reduce((most, each) => (of(each) > of(most) ? each : most));
}
