import { createCompressor } from "../../kernels/wasm/compressor.ts";
import type { Boundary } from "../../machine/interpreter/environment.ts";
import { Kernel } from "../../machine/interpreter/kernel.ts";
import type { Digest } from "../../protocol/digest.ts";
import type { ProverInput } from "../../stark/prover-input.ts";
import { ABSENT, createShape, rowCount } from "../../stark/shape.ts";
import { runInput } from "../run-system.ts";
import type { BatchWitness } from "./batch-witness.ts";
import { stepsWithin } from "./chunk-plan.ts";
import { BatchRun } from "./chunk-run.ts";
import { comparedPlan, relistingTo } from "./compared-plan.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { ExecutionSystem } from "./execution-key.ts";
import { UnprovableBatch } from "./execution-label.ts";
import { createPrimitives } from "./machine-primitives.ts";
import { PartialTree } from "./partial-tree.ts";
import type { Relisting } from "./relisting.ts";

/** A chunk of which all tables are filled, and with what it ends. */
export interface FilledChunk {
  readonly input: ProverInput;
  readonly cells: number;
  readonly boundary: Boundary;
  readonly root: Digest;
  /** About how many chunks there are from this one on. */
  readonly ahead: number;
  /** Where this is the last chunk and its root is another than L1's. */
  readonly relisting: Relisting | undefined;
}

/**
 * How many times as large as other chunks one of a single step may be, since a step cannot be cut: a transaction that brings
 * 95,000 bytes of another chain's data, or a contract of 37,000, would else have no proof.
 */
const LONE_STEP = 3;

/** The tables of one batch in the making. What it takes of a key does not depend on what is committed there. */
export class BatchFilling {
  readonly #key: ExecutionSystem;
  readonly #witness: BatchWitness;
  readonly #claim: ExecutionClaim;
  readonly #mostCells: number;
  readonly #primitives = createPrimitives();
  readonly #compress = createCompressor().compress;

  constructor(key: ExecutionSystem, witness: BatchWitness, claim: ExecutionClaim, mostCells: number) {
    this.#key = key;
    this.#witness = witness;
    this.#claim = claim;
    this.#mostCells = mostCells;
  }

  /** The batch's chunks in order, `onPlanned` before the first. Throws what ends the making of a proof. */
  *chunks(onPlanned: () => void = () => undefined): Generator<FilledChunk, void> {
    const { steps, state } = this.#witness;
    const tools = { program: this.#key.program, primitives: this.#primitives, compress: this.#compress };
    const weights = comparedPlan(this.#witness, this.#claim, tools);
    onPlanned();
    const kernel = new Kernel(this.#primitives, this.#key.program.rows);
    let run = new BatchRun(this.#witness, new PartialTree(state, this.#compress), kernel);
    for (let at = 0; at < steps.length;) {
      const count = stepsWithin(weights, at, this.#mostCells);
      const filled = this.#fill(run, at, count);
      const ahead = Math.ceil((steps.length - at) / count);
      ({ run } = filled);
      at += filled.steps;
      const relisting = at < steps.length ? undefined : relistingTo(this.#claim, run.tree, this.#witness, this.#compress);
      const { input, cells } = filled;
      yield { input, cells, boundary: run.environment.boundary, root: run.tree.root, ahead, relisting };
    }
  }

  /** Fills the tables of a chunk of so many steps, or of half as many until it is no larger than a chunk may be. */
  #fill(
    before: BatchRun,
    first: number,
    most: number,
  ): { readonly run: BatchRun; readonly steps: number; readonly input: ProverInput; readonly cells: number } {
    const key = this.#key;
    for (let count = most; ; count = Math.ceil(count / 2)) {
      const run = before.copy();
      const input = runInput(key, run.trace(key.program, this.#witness.steps.slice(first, first + count)));
      const cells = cellsOf(key, input);
      const limit = count === 1 ? this.#mostCells * LONE_STEP : this.#mostCells;
      if (cells !== undefined && cells <= limit) return { run, steps: count, input, cells };
      if (count === 1)
        throw new UnprovableBatch("too-large", `step ${first} of the batch is more than a chunk of ${limit} cells`);
    }
  }
}

/** Cells of an input's tables; undefined where a table is higher than a proof allows. */
function cellsOf({ system }: ExecutionSystem, { traces }: ProverInput): number | undefined {
  const heights = traces.map((columns) => columns[0]?.length ?? 0);
  const shape = createShape(
    system,
    heights.map((height) => (height === 0 ? ABSENT : Math.log2(height))),
  );
  if (typeof shape === "number") return undefined;
  return system.tables.reduce((sum, { index, mainWidth, lookupWidth }) => {
    return sum + (mainWidth + lookupWidth) * rowCount(shape.logRows[index] ?? ABSENT);
  }, 0);
}
