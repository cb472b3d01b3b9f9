import { Kernel, type RunObserver } from "../../machine/interpreter/kernel.ts";
import type { Primitives } from "../../machine/interpreter/privileged-operations.ts";
import type { RomRow } from "../../machine/rom/rom-row.ts";
import { decode } from "../decode.ts";
import { UnprovableRowError } from "../recorded-run.ts";
import type { ProvenProgram } from "../run-system.ts";
import { type BatchWitness, STEPS_OF_RUN } from "./batch-witness.ts";
import { BatchRun } from "./chunk-run.ts";
import type { PartialTree } from "./partial-tree.ts";

/** Cells that each of these takes about, padding included (docs/figures.md): a chunk's own are counted before it is proven. */
const CELLS = { row: 300, opcode: 600, permutation: 80_000, recovery: 1_100_000, compression: 250 } as const;
/** KECCAK256's blocks. */
const BLOCK_BYTES = 136;

/** What a batch comes to, and what its steps weigh. */
export interface BatchPlan {
  /** Cells that each step takes about, behind those before it. */
  readonly weights: readonly number[];
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
  const weights = steps.map(() => 0);
  const isProven = program.rows.map((own) => decode(own) !== undefined);
  let current = 0;
  const add = (cells: number): void => void (weights[current] = (weights[current] ?? 0) + cells);
  const weighing: Primitives = {
    ...primitives,
    keccak: (bytes) => (add(CELLS.permutation * Math.ceil((bytes.length + 1) / BLOCK_BYTES)), primitives.keccak(bytes)),
    recover: (...signature) => (add(CELLS.recovery), primitives.recover(...signature)),
    compress: (...input) => (add(CELLS.compression), primitives.compress(...input)),
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
      add(CELLS.row);
    };
    run.run(own, { row, opcode: () => add(CELLS.opcode) });
  }
  return { weights, boundary: run.environment.boundary, tree };
}

/** How many steps from a place on weigh no more than a chunk may, one at least. */
export function stepsWithin(weights: readonly number[], first: number, most: number): number {
  let sum = 0;
  let count = 0;
  for (const weight of weights.slice(first)) {
    sum += weight;
    if (count > 0 && sum > most) break;
    count++;
  }
  return count;
}
