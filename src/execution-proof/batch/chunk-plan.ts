import { Kernel, type RunObserver } from "../../machine/interpreter/kernel.ts";
import type { Primitives } from "../../machine/interpreter/privileged-operations.ts";
import type { RomRow } from "../../machine/rom/rom-row.ts";
import { decodeAll } from "../decode.ts";
import { UnprovableRowError } from "../recorded-run.ts";
import type { ProvenProgram } from "../run-system.ts";
import { type BatchWitness, STEPS_OF_RUN } from "./batch-witness.ts";
import { BatchRun } from "./chunk-run.ts";
import type { PartialTree } from "./partial-tree.ts";

/** What a step does that takes many cells. */
export interface StepWeight {
  /** Rows of the kernel and of user code. */
  readonly rows: number;
  readonly opcodes: number;
  /** Of Keccak-f, of Poseidon, and of signatures. */
  readonly permutations: number;
  readonly compressions: number;
  readonly recoveries: number;
}

type Counted = keyof StepWeight;
const NOTHING: StepWeight = { rows: 0, opcodes: 0, permutations: 0, compressions: 0, recoveries: 0 };

/** The largest tables: rows that each of what they count takes, and their columns. All heights are powers of two. */
const TABLES: readonly { readonly of: Counted; readonly rows: number; readonly width: number }[] = [
  { of: "rows", rows: 1, width: 189 },
  { of: "opcodes", rows: 1, width: 232 },
  { of: "permutations", rows: 24, width: 2638 },
  { of: "recoveries", rows: 128, width: 1372 },
  { of: "recoveries", rows: 15, width: 461 },
  { of: "recoveries", rows: 49, width: 254 },
];
/** Cells of all other tables: for each of what is counted about, and in every chunk. */
const OTHER_CELLS: StepWeight = { rows: 40, opcodes: 60, permutations: 2000, compressions: 250, recoveries: 8000 };
const FIXED_CELLS = 2_500_000;
/** What a proof takes besides, whatever its tables. */
const PROOF_CELLS = 8_000_000;
/** Rows of the kernel that load a code and make its digest. */
const ROWS_OF_CODE_BYTE = 0.53;
/** KECCAK256's blocks. */
const BLOCK_BYTES = 136;

/** What a batch comes to, and what its steps weigh. */
export interface BatchPlan {
  /** What each step does, behind those before it. */
  readonly weights: readonly StepWeight[];
  readonly boundary: BatchRun["environment"]["boundary"];
  /** The state behind the last step. */
  readonly tree: PartialTree;
}

/** Runs a batch, and weighs its steps as they come behind each other. Throws as the machine does, and UnprovableRowError. */
export function planBatch(
  witness: BatchWitness,
  tree: PartialTree,
  program: Pick<ProvenProgram, "rows">,
  primitives: Primitives,
): BatchPlan {
  const { steps } = witness;
  const weights = steps.map(() => ({ ...NOTHING }) as Record<Counted, number>);
  const isProven = decodeAll(program.rows).map((instruction) => instruction !== undefined);
  const loaded = new Set<bigint>();
  const hashed = new Set<string>();
  let current = 0;
  const add = (counted: Counted, count = 1): void => {
    const weight = weights[current];
    if (weight !== undefined) weight[counted] += count;
  };
  const weighing: Primitives = {
    ...primitives,
    keccak: (bytes) => {
      const hash = primitives.keccak(bytes);
      const known = hashed.size;
      // Equal permutations share their rows.
      if (hashed.add(hash.join()).size > known) add("permutations", Math.ceil((bytes.length + 1) / BLOCK_BYTES));
      return hash;
    },
    recover: (...signature) => (add("recoveries"), primitives.recover(...signature)),
    compress: (...input) => (add("compressions"), primitives.compress(...input)),
  };
  const run = new BatchRun(witness, tree, new Kernel(weighing, program.rows));
  for (let first = 0; first < steps.length; first += STEPS_OF_RUN) {
    const own = steps.slice(first, first + STEPS_OF_RUN);
    current = first;
    let end = own[0]?.length ?? 0;
    const row: RunObserver["row"] = (index, { hintsRead }) => {
      if (isProven[index] !== true) throw new UnprovableRowError(program.rows[index] as RomRow);
      // The hint behind a step's last one is the next step's first.
      if (hintsRead > end && current + 1 < first + own.length) end += steps[++current]?.length ?? 0;
      add("rows");
    };
    const { codes } = run.run(own, { row, opcode: () => add("opcodes") });
    // A chunk loads a code once, however many runs of the plan it is made of.
    const known = [...codes].filter(([digest]) => loaded.has(digest));
    current = first + indexOfMost(weights.slice(first, first + own.length).map(({ rows }) => rows));
    add("rows", -Math.round(known.reduce((sum, [, { length }]) => sum + ROWS_OF_CODE_BYTE * length, 0)));
    for (const digest of codes.keys()) loaded.add(digest);
  }
  return { weights, boundary: run.environment.boundary, tree };
}

function indexOfMost(list: readonly number[]): number {
  return list.indexOf(Math.max(...list));
}

/** Cells that steps take about in one chunk, those included that fill tables up to powers of two. */
export function chunkCells(weight: StepWeight): number {
  const heightOf = (rows: number): number => (rows === 0 ? 0 : 2 ** Math.ceil(Math.log2(rows)));
  const padded = TABLES.map(({ of, rows, width }) => width * heightOf(rows * weight[of]));
  return padded.reduce((sum, cells) => sum + cells, FIXED_CELLS + otherCells(weight));
}

function otherCells(weight: StepWeight): number {
  return COUNTED.reduce((sum, counted) => sum + OTHER_CELLS[counted] * weight[counted], 0);
}

const COUNTED = Object.keys(NOTHING) as Counted[];

/** The same without what fills tables up. */
function usedCells(weight: StepWeight): number {
  return TABLES.reduce((sum, { of, rows, width }) => sum + rows * width * weight[of], otherCells(weight));
}

/**
 * How many steps from a place on to prove in one chunk, one at least: all that are left if a chunk may be that large, else as
 * many as fill its tables best.
 */
export function stepsWithin(weights: readonly StepWeight[], first: number, most: number): number {
  let sum = NOTHING;
  let [best, bestPart] = [1, 0];
  for (let count = 1; first + count <= weights.length; count++) {
    sum = added(sum, weights[first + count - 1] ?? NOTHING);
    const cells = chunkCells(sum);
    if (cells > most) return best;
    const part = usedCells(sum) / (cells + PROOF_CELLS);
    if (part >= bestPart) [best, bestPart] = [count, part];
  }
  return weights.length - first;
}

function added(a: StepWeight, b: StepWeight): StepWeight {
  return {
    rows: a.rows + b.rows,
    opcodes: a.opcodes + b.opcodes,
    permutations: a.permutations + b.permutations,
    compressions: a.compressions + b.compressions,
    recoveries: a.recoveries + b.recoveries,
  };
}
