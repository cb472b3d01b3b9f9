import { inputRowCount } from "../../circuits/hash-input/hash-input-trace.ts";
import { laneCount } from "../../circuits/sponge/sponge-trace.ts";
import type { Code } from "../../machine/interpreter/code-store.ts";
import type { Frame } from "../../machine/interpreter/frame.ts";
import type { RunObserver } from "../../machine/interpreter/kernel.ts";
import type { MachineState } from "../../machine/interpreter/machine-state.ts";
import type { Primitives } from "../../machine/interpreter/privileged-operations.ts";
import { readNumber } from "../../machine/interpreter/word-stack.ts";
import type { RomRow } from "../../machine/rom/rom-row.ts";
import { decodeAll } from "../decode.ts";
import { UnprovableRowError } from "../recorded-run.ts";

/** Work of a step that takes many cells. */
export interface StepWeight {
  /** Rows of the kernel and of user code. */
  readonly rows: number;
  readonly opcodes: number;
  /** Permutations of Keccak-f, of Poseidon, and of signatures. */
  readonly permutations: number;
  readonly compressions: number;
  readonly recoveries: number;
  /** Blocks of SHA-256. */
  readonly sha256Blocks: number;
  /** Products in Fp2, each a row of the kernel as well. */
  readonly fieldProducts: number;
  /** Words that are copied, and those of what is hashed; bytes of codes that run. */
  readonly copied: number;
  readonly hashed: number;
  readonly codeBytes: number;
}

export type Counted = keyof StepWeight;
export const NO_WEIGHT: StepWeight = {
  rows: 0,
  opcodes: 0,
  permutations: 0,
  compressions: 0,
  recoveries: 0,
  sha256Blocks: 0,
  fieldProducts: 0,
  copied: 0,
  hashed: 0,
  codeBytes: 0,
};
export const COUNTED = Object.keys(NO_WEIGHT) as Counted[];

/** A table: how many rows each of what it counts takes, and its columns. All heights are powers of two. */
interface CountedTable {
  readonly of: Counted;
  /** Name in the run's system. */
  readonly table: string;
  readonly rows: number;
  readonly width: number;
}

/** The tables that have most of the cells of any chunk. */
export const USUAL_TABLES: readonly CountedTable[] = [
  { of: "rows", table: "processor", rows: 1, width: 189 },
  { of: "opcodes", table: "user", rows: 1, width: 232 },
  { of: "permutations", table: "keccak", rows: 24, width: 2638 },
  { of: "recoveries", table: "curveStep", rows: 128, width: 1372 },
  { of: "recoveries", table: "curveSum", rows: 15, width: 461 },
  { of: "recoveries", table: "curveProduct", rows: 49, width: 254 },
];

/** These, and all others that a step can make as high as it likes. */
export const LARGEST_TABLES: readonly CountedTable[] = [
  ...USUAL_TABLES,
  { of: "sha256Blocks", table: "sha256", rows: 64, width: 429 },
  { of: "compressions", table: "compression", rows: 1, width: 163 },
  { of: "fieldProducts", table: "fieldProduct", rows: 1, width: 1033 },
  { of: "copied", table: "copy", rows: 1, width: 323 },
  { of: "hashed", table: "hashInput", rows: 1, width: 361 },
  { of: "codeBytes", table: "code", rows: 1, width: 59 },
];

type Counts = Record<Counted, number>;

/** KECCAK256's blocks. */
const BLOCK_BYTES = 136;
const WORD_BYTES = 32;
/** Rows that are counted between two looks at their sum. */
const ROWS_UNTIL_LOOK = 4096;

/** Opcodes of user code that copy bytes, and how often: within one memory they are copied to another and back. */
const COPYING: ReadonlyMap<number, number> = new Map([
  [0x37, 1],
  [0x39, 1],
  [0x3e, 1],
  [0x5e, 2],
]);

/**
 * Counts the work of runs that takes many cells: of a kernel with `primitives`, from its rows and opcodes. It looks at
 * the sum every few thousand rows, so that a caller can stop counting, or the run, before that has taken much memory.
 */
export class RunCounter implements RunObserver {
  readonly primitives: Primitives;
  readonly #rows: readonly RomRow[];
  readonly #isProven: readonly boolean[];
  readonly #isProduct: readonly boolean[];
  /** Depth of the length on the stack, by row that copies. */
  readonly #copies: readonly (number | undefined)[];
  #counts: Counts | undefined;
  #look: (() => void) | undefined;
  #unseen = 0;
  #hashes = new Set<string>();
  #codes = new Set<Code>();
  #lastCode: Code | undefined;
  /** A copy of which the next row or opcode shows whether it ran. */
  #copy: { readonly frame: Frame; readonly pc: number; readonly words: number } | undefined;

  constructor(primitives: Primitives, rows: readonly RomRow[]) {
    const instructions = decodeAll(rows);
    this.#rows = rows;
    this.#isProven = instructions.map((instruction) => instruction !== undefined);
    this.#isProduct = instructions.map((instruction) => instruction?.multiplies === 1);
    this.#copies = instructions.map((each) => (each?.copies === 1 ? 2 - each.hasImmediate : undefined));
    this.primitives = {
      ...primitives,
      keccak: (bytes) => {
        const hash = primitives.keccak(bytes);
        this.#hash(hash, bytes.length);
        return hash;
      },
      recover: (...signature) => (this.#add("recoveries", 1), primitives.recover(...signature)),
      sha256Block: (...input) => (this.#add("sha256Blocks", 1), primitives.sha256Block(...input)),
      compress: (...input) => (this.#add("compressions", 1), primitives.compress(...input)),
    };
  }

  /** Forgets what was hashed: equal permutations share their rows within a chunk. */
  forgetHashes(): void {
    this.#hashes = new Set();
  }

  /** Counts the following rows; `look` is called every few thousand rows. Without counts nothing is counted. */
  count(counts: Counts | undefined, look?: () => void): void {
    this.#counts = counts;
    this.#look = look;
    this.#unseen = 0;
    this.#copy = undefined;
    this.#lastCode = undefined;
    this.#codes = new Set();
  }

  /** Throws UnprovableRowError. */
  readonly row: RunObserver["row"] = (index, machine) => {
    if (this.#isProven[index] !== true) throw new UnprovableRowError(this.#rows[index] as RomRow);
    if (this.#counts === undefined) return;
    if (this.#copy !== undefined) this.#endCopy();
    this.#counts.rows++;
    if (this.#isProduct[index] === true) this.#counts.fieldProducts++;
    this.#see(1);
    const depth = this.#copies[index];
    if (depth === undefined) return;
    const { kernelStack } = machine;
    this.#add("copied", copyRows(readNumber(kernelStack.limbs, kernelStack.at(depth))));
  };

  readonly opcode: RunObserver["opcode"] = ({ current }: MachineState) => {
    if (this.#counts === undefined) return;
    if (this.#copy !== undefined) this.#endCopy();
    this.#counts.opcodes++;
    this.#see(1);
    const { code, pc, stack } = current;
    if (code !== this.#lastCode) this.#enter(code);
    const times = COPYING.get(code.bytes[pc] ?? 0);
    if (times === undefined || stack.height < 3) return;
    this.#copy = { frame: current, pc, words: times * copyRows(readNumber(stack.limbs, stack.at(2))) };
  };

  #enter(code: Code): void {
    this.#lastCode = code;
    if (this.#codes.has(code)) return;
    this.#codes.add(code);
    this.#add("codeBytes", code.bytes.length);
  }

  /** An opcode that halts leaves its frame where it was. */
  #endCopy(): void {
    const copy = this.#copy;
    this.#copy = undefined;
    if (copy !== undefined && copy.frame.pc !== copy.pc) this.#add("copied", copy.words);
  }

  #hash(hash: Uint8Array, length: number): void {
    if (this.#counts === undefined) return;
    this.#add("hashed", inputRowCount(laneCount(length)));
    const known = this.#hashes.size;
    if (this.#hashes.add(hash.join()).size > known) this.#add("permutations", Math.ceil((length + 1) / BLOCK_BYTES));
  }

  #add(counted: Counted, count: number): void {
    if (this.#counts === undefined) return;
    this.#counts[counted] += count;
    this.#see(count);
  }

  /** Looks at the sum after `count` more are enough. */
  #see(count: number): void {
    this.#unseen += count;
    if (this.#unseen < ROWS_UNTIL_LOOK) return;
    this.#unseen = 0;
    this.#look?.();
  }
}

/** Minimum number of rows of a copy of `length` bytes. */
function copyRows(length: number): number {
  return Math.ceil(length / WORD_BYTES) + 1;
}

export function addWeights(a: StepWeight, b: StepWeight): StepWeight {
  return Object.fromEntries(COUNTED.map((counted) => [counted, a[counted] + b[counted]])) as Counts;
}
