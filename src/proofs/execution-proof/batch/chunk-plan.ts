import { Kernel, type RunObserver } from "../../machine/interpreter/kernel.ts";
import type { Primitives } from "../../machine/interpreter/privileged-operations.ts";
import { ABSENT, rowCount } from "../../stark/systems/shape.ts";
import type { SizedProfile } from "../run-profiles.ts";
import type { ProvenProgram } from "../run-tables.ts";
import { type ExecutionWitness, STEPS_OF_RUN } from "./batch-witness.ts";
import { BatchRun, type Touched, TouchedByRuns } from "./chunk-run.ts";
import type { PartialTree } from "./partial-tree.ts";
import { exceeds, type StepLimits } from "./step-limits.ts";
import {
  addWeights,
  COUNTED,
  type Counted,
  LARGEST_TABLES,
  NO_WEIGHT,
  RunCounter,
  type StepWeight,
  USUAL_TABLES,
} from "./step-weight.ts";

/** Cells of all other tables: for each of what is counted about, and in every chunk. */
const OTHER_CELLS: StepWeight = {
  rows: 40,
  opcodes: 60,
  permutations: 2000,
  compressions: 250,
  recoveries: 8000,
  sha256Blocks: 0,
  fieldProducts: 1033,
  copied: 0,
  hashed: 0,
  codeBytes: 0,
};
const FIXED_CELLS = 2_500_000;
/** Fixed overhead of a proof, in cells. */
const PROOF_CELLS = 8_000_000;
/** Rows of the kernel that load a code and make its digest. */
const ROWS_OF_CODE_BYTE = 0.53;

/** Inputs of a plan. */
interface PlanningParts {
  readonly program: Pick<ProvenProgram, "rows">;
  readonly primitives: Primitives;
  readonly limits: StepLimits;
}

/** Result of a batch, and the weights of its steps. */
export interface BatchPlan {
  /** Weight of each step after those before it. */
  readonly weights: readonly StepWeight[];
  readonly boundary: BatchRun["environment"]["boundary"];
  /** Leaves that all steps touch. */
  readonly touched: Touched;
  /** The state behind the last step. */
  readonly tree: PartialTree;
  /** The first step beyond the limits; later steps are not weighed. */
  readonly large: number | undefined;
}

/**
 * Runs a batch, and weighs its steps as they come behind each other, up to one that is more than the limits: from there on it
 * only runs, so that its end can be compared. Throws as the machine does, and UnprovableRowError.
 */
export function planBatch(
  witness: ExecutionWitness,
  tree: PartialTree,
  { program, primitives, limits }: PlanningParts,
): BatchPlan {
  const { steps } = witness;
  const weights = steps.map(() => ({ ...NO_WEIGHT }) as Record<Counted, number>);
  const counter = new RunCounter(primitives, program.rows);
  const loaded = new Set<bigint>();
  const touched = new TouchedByRuns();
  let large: number | undefined;
  let current = 0;
  const look = (): void => {
    const weight = weights[current];
    if (large !== undefined || weight === undefined || !exceeds(weight, limits)) return;
    large = current;
    counter.count(undefined);
  };
  const enter = (step: number): void => {
    look();
    current = step;
    if (large === undefined) counter.count(weights[step], look);
  };
  const run = new BatchRun(witness, tree, new Kernel(counter.primitives, program.rows));
  for (let first = 0; first < steps.length; first += STEPS_OF_RUN) {
    const own = steps.slice(first, first + STEPS_OF_RUN);
    enter(first);
    let end = own[0]?.length ?? 0;
    const row: RunObserver["row"] = (index, machine) => {
      // The hint behind a step's last one is the next step's first.
      if (machine.hintsRead > end && current + 1 < first + own.length) {
        enter(current + 1);
        end += steps[current]?.length ?? 0;
      }
      counter.row(index, machine);
    };
    const result = run.run(own, { row, opcode: counter.opcode });
    const { codes } = result;
    touched.add(result);
    look();
    if (large !== undefined) continue;
    // A chunk loads a code once, however many runs of the plan it is made of.
    const known = [...codes].filter(([digest]) => loaded.has(digest));
    const most = weights[first + indexOfMost(weights.slice(first, first + own.length).map(({ rows }) => rows))];
    if (most !== undefined) most.rows -= Math.round(known.reduce((sum, [, { length }]) => sum + ROWS_OF_CODE_BYTE * length, 0));
    for (const digest of codes.keys()) loaded.add(digest);
  }
  return { weights, boundary: run.environment.boundary, touched, tree, large };
}

function indexOfMost(list: readonly number[]): number {
  return list.indexOf(Math.max(...list));
}

/** Cells that steps take about in one chunk, those included that fill tables up to powers of two. */
export function chunkCells(weight: StepWeight): number {
  const heightOf = (rows: number): number => (rows === 0 ? 0 : 2 ** Math.ceil(Math.log2(rows)));
  const padded = USUAL_TABLES.map(({ of, rows, width }) => width * heightOf(rows * weight[of]));
  return padded.reduce((sum, cells) => sum + cells, FIXED_CELLS + otherCells(weight));
}

/** Work that several steps of a chunk share, so that their sum is an overestimate. */
const SHARED: readonly Counted[] = ["compressions", "codeBytes"];

/** Cells of the first of these profiles that has room for the steps in the tables that are counted; Infinity where none has. */
export function profiledCells(weight: StepWeight, profiles: readonly SizedProfile[]): number {
  const own = LARGEST_TABLES.filter(({ of }) => !SHARED.includes(of));
  const hasRoom = ({ heights }: SizedProfile): boolean =>
    own.every(({ of, table, rows }) => rows * weight[of] <= rowCount(heights[table] ?? ABSENT));
  return profiles.find(hasRoom)?.cells ?? Infinity;
}

function otherCells(weight: StepWeight): number {
  return COUNTED.reduce((sum, counted) => sum + OTHER_CELLS[counted] * weight[counted], 0);
}

/** Cells without padding. */
function usedCells(weight: StepWeight): number {
  return USUAL_TABLES.reduce((sum, { of, rows, width }) => sum + rows * width * weight[of], otherCells(weight));
}

/**
 * Number of steps from an index to prove in one chunk, at least one: all that are left if a chunk may be that large,
 * otherwise as many as fill its tables best.
 */
export function stepsWithin(weights: readonly StepWeight[], first: number, maxCells: number, cellsOf = chunkCells): number {
  let sum = NO_WEIGHT;
  let [best, bestPart] = [1, 0];
  for (let count = 1; first + count <= weights.length; count++) {
    sum = addWeights(sum, weights[first + count - 1] ?? NO_WEIGHT);
    const cells = cellsOf(sum);
    if (cells > maxCells) return best;
    const part = usedCells(sum) / (cells + PROOF_CELLS);
    if (part >= bestPart) [best, bestPart] = [count, part];
  }
  return weights.length - first;
}
