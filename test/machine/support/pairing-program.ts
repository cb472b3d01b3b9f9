import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MACHINE } from "../../../src/proofs/machine/instructions/privileged.ts";
import { Kernel } from "../../../src/proofs/machine/interpreter/kernel.ts";
import type { RomRow } from "../../../src/proofs/machine/rom/rom-row.ts";
import { translate } from "../../../src/proofs/machine/rom/translate.ts";
import { compileSource } from "../../../scripts/kernel-generator/kernel-file.ts";
import { pairingSteps } from "../../../scripts/kernel-generator/pairing-steps.ts";
import { ENVIRONMENT } from "./environment.ts";
import { primitives } from "./primitives.ts";
import { World } from "./world.ts";

const FOLDER = join(import.meta.dirname, "../../../src/proofs/machine/kernel");
/** Gas that pays for every test's pairs. */
const MUCH_GAS = 16_000_000n;

/** Result of `pairing` in the kernel's sources, and rows that the machine ran for it. */
export interface PairingAnswer {
  /** True, false, or undefined if the contract failed. */
  readonly verdict: boolean | undefined;
  readonly gasUsed: bigint;
  readonly rows: number;
  /** Rows that are products. */
  readonly products: number;
}

/** Settings of a run. Default: all gas that is needed, and units to run. */
interface RunSettings {
  readonly gas?: bigint;
  readonly isSpent?: boolean;
}

/** Functions of the kernel that pairings call, from its sources. */
function kernelFunctions(): string {
  const named = {
    frames: ["pointer", "slice"],
    state: ["newFrame"],
    "modular-power": ["power"],
    points: ["inverseOf"],
  };
  return Object.entries(named)
    .flatMap(([file, names]) => {
      const source = readFileSync(join(FOLDER, `${file}.yul`), "utf8");
      return names.map((name) => functionOf(source, name));
    })
    .join("\n");
}

function functionOf(source: string, name: string): string {
  const found = new RegExp(`^function ${name}\\((?:[^\\n]*}$|[^]*?\\n}$)`, "m").exec(source)?.[0];
  if (found === undefined) throw new Error(`the kernel has no function ${name}`);
  return found;
}

/** Compiles a program that has the kernel's pairings. */
export function pairingProgram(main: string): readonly RomRow[] {
  const pairing = readFileSync(join(FOLDER, "pairing.yul"), "utf8");
  const source = `object "Kernel" { code {\n${[main, pairing, pairingSteps(), kernelFunctions()].join("\n")}\n} }\n`;
  return translate(Uint8Array.from(Buffer.from(compileSource(source), "hex")), { fused: true });
}

/** Calls `pairing` with a slice of frame 2 and returns its results in three slots. The input begins within a word. */
export const PAIRING_CALL = `
set.nextFrame(4)
{
  set.isSpent(machine.hint())
  let given := machine.hint()
  let size := machine.hint()
  for { let i := 0 } lt(i, size) { i := add(i, 32) } { mstore(pointer(2, add(7, i)), machine.hint()) }
  let left, length := pairing(given, slice(2, 7, size), 3)
  store.current(machine.key(0, 1, 0), left)
  store.current(machine.key(0, 1, 1), length)
  store.current(machine.key(0, 1, 2), mload(pointer(3, 0)))
  stop()
}
function meterPairs(pairs) -> stops { stops := get.isSpent() }
`;

/** The kernel's pairings in the machine, without the rest of the kernel. */
export class PairingMachine {
  readonly #rows = pairingProgram(PAIRING_CALL);
  readonly #kernel = new Kernel(primitives, this.#rows);
  readonly #isProduct = this.#rows.map(({ parts }) => parts.some(({ opcode }) => opcode === MACHINE.fieldProduct.code));

  /** Throws Error for a product that no proof covers. */
  run(input: Uint8Array, { gas = MUCH_GAS, isSpent = false }: RunSettings = {}): PairingAnswer {
    let [rows, products] = [0, 0];
    const count = (row: number): void => {
      rows++;
      if (this.#isProduct[row] === true) products++;
    };
    const [left = 0n, length, word] = this.#slots(pairingHints(input, { gas, isSpent }), count);
    const verdict = length === 32n ? word === 1n : undefined;
    return { verdict, gasUsed: left > gas ? gas : gas - left, rows, products };
  }

  #slots(hints: readonly bigint[], row: (index: number) => void): readonly bigint[] {
    const world = new World(new Map());
    const inputs = { environment: ENVIRONMENT, state: world, codes: world };
    return this.#kernel.run(inputs, hints, { row, opcode: () => undefined }).leaves.map(({ after }) => after);
  }
}

/** Hints of `PAIRING_CALL` for an input. */
export function pairingHints(input: Uint8Array, { gas = MUCH_GAS, isSpent = false }: RunSettings = {}): bigint[] {
  return [isSpent ? 1n : 0n, gas, BigInt(input.length), ...wordsOf(input)];
}

function wordsOf(bytes: Uint8Array): bigint[] {
  const padded = Buffer.alloc(32 * Math.ceil(bytes.length / 32));
  padded.set(bytes);
  return Array.from({ length: padded.length / 32 }, (_, i) =>
    BigInt(`0x${padded.subarray(32 * i, 32 * i + 32).toString("hex")}`),
  );
}
