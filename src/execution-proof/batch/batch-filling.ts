import { createCompressor } from "../../kernels/wasm/compressor.ts";
import type { Boundary } from "../../machine/interpreter/environment.ts";
import { Kernel } from "../../machine/interpreter/kernel.ts";
import type { Digest } from "../../protocol/digest.ts";
import type { ProverInput } from "../../stark/prover-input.ts";
import { ABSENT, createShape, rowCount } from "../../stark/shape.ts";
import type { ProvableTrace } from "../run-state.ts";
import { MOST_SEGMENTS, runInput } from "../run-system.ts";
import { type CutRun, cutRun } from "../segments/cut-run.ts";
import type { BatchWitness } from "./batch-witness.ts";
import { stepsWithin } from "./chunk-plan.ts";
import { BatchRun } from "./chunk-run.ts";
import { comparedPlan, relistingTo } from "./compared-plan.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { ExecutionSystem } from "./execution-key.ts";
import { StepTooLarge } from "./execution-label.ts";
import { createPrimitives } from "./machine-primitives.ts";
import { PartialTree } from "./partial-tree.ts";
import type { Relisting } from "./relisting.ts";
import { countedCells, exceeds, type StepLimits, stepLimits } from "./step-limits.ts";
import { NO_WEIGHT, RunCounter } from "./step-weight.ts";

/** A chunk of which all tables are filled, and with what it ends. */
export interface FilledChunk {
  /** Undefined for a chunk that is cut: its segments are filled one by one. */
  readonly input: ProverInput | undefined;
  /** 1 for a chunk that is proven as a whole. */
  readonly segments: number;
  readonly cells: number;
  readonly boundary: Boundary;
  readonly root: Digest;
  /** About how many chunks there are from this one on. */
  readonly ahead: number;
  /** Where this is the last chunk and its root is another than L1's. */
  readonly relisting: Relisting | undefined;
}

/** A chunk of so many steps, and the run behind it. */
interface FilledSteps extends FilledTables {
  readonly run: BatchRun;
  readonly steps: number;
}

interface FilledTables {
  readonly input: ProverInput | undefined;
  readonly cut: CutRun | undefined;
  readonly cells: number;
}

/** The tables of one batch in the making. What it takes of a key does not depend on what is committed there. */
export class BatchFilling {
  readonly #key: ExecutionSystem;
  readonly #witness: BatchWitness;
  readonly #claim: ExecutionClaim;
  readonly #limits: StepLimits;
  readonly #mostCells: number;
  readonly #segmentCells: number;
  /** The chunk that was given last, where it is cut. */
  #cut: CutRun | undefined;
  readonly #primitives = createPrimitives();
  readonly #compress = createCompressor().compress;

  constructor(key: ExecutionSystem, witness: BatchWitness, claim: ExecutionClaim, mostCells: number, segmentCells = Infinity) {
    this.#key = key;
    this.#witness = witness;
    this.#claim = claim;
    this.#limits = stepLimits(claim.batch.protocolVersion);
    this.#mostCells = mostCells;
    this.#segmentCells = segmentCells;
  }

  /** The batch's chunks in order, `onPlanned` before the first. Throws what ends the making of a proof. */
  *chunks(onPlanned: () => void = () => undefined): Generator<FilledChunk, void> {
    const { steps, state } = this.#witness;
    const tools = { program: this.#key.program, primitives: this.#primitives, compress: this.#compress };
    const weights = comparedPlan(this.#witness, this.#claim, tools);
    onPlanned();
    const counter = new RunCounter(this.#primitives, this.#key.program.rows);
    const { program } = this.#key;
    const kernel = new Kernel(counter.primitives, program.rows, program.weights);
    let run = new BatchRun(this.#witness, new PartialTree(state, this.#compress), kernel);
    for (let at = 0; at < steps.length;) {
      const count = stepsWithin(weights, at, this.#mostCells);
      const filled = this.#fill(run, counter, at, count);
      const ahead = Math.ceil((steps.length - at) / count);
      ({ run } = filled);
      at += filled.steps;
      const relisting = at < steps.length ? undefined : relistingTo(this.#claim, run.tree, this.#witness, this.#compress);
      const { input, cells, cut } = filled;
      this.#cut = cut;
      yield {
        input,
        segments: cut?.count ?? 1,
        cells,
        boundary: run.environment.boundary,
        root: run.tree.root,
        ahead,
        relisting,
      };
    }
  }

  /** A segment of the chunk that was given last, from 0 on. */
  segment(index: number): ProverInput {
    if (this.#cut === undefined) throw new Error("the chunk is not cut into segments");
    return this.#cut.fill(index);
  }

  /** Fills the tables of a chunk of so many steps, or of half as many until it is no larger than a chunk may be. */
  #fill(before: BatchRun, counter: RunCounter, first: number, most: number): FilledSteps {
    for (let count = most; ; count = Math.ceil(count / 2)) {
      const run = before.copy();
      const filled = this.#attempt(run, counter, first, count);
      if (filled !== undefined) return { run, steps: count, ...filled };
      if (count > 1) continue;
      throw new StepTooLarge({ protocolVersion: this.#claim.batch.protocolVersion, limits: this.#limits, step: first });
    }
  }

  /** Undefined where so many steps are more than a chunk may be: of many more, only the first rows are recorded. */
  #attempt(run: BatchRun, counter: RunCounter, first: number, count: number): FilledTables | undefined {
    const weight = { ...NO_WEIGHT };
    const beyond = new Error("the steps are more than a chunk may be");
    const isBeyond = (): boolean => (count === 1 ? exceeds(weight, this.#limits) : countedCells(weight) > this.#mostCells);
    counter.forgetHashes();
    counter.count(weight, () => {
      if (isBeyond()) throw beyond;
    });
    try {
      const trace = run.trace(this.#key.program, this.#witness.steps.slice(first, first + count), counter);
      if (isBeyond()) return undefined;
      // A step that is surely cut is never filled as a whole.
      if (count === 1 && countedCells(weight) > this.#segmentCells) return this.#inSegments(trace);
      const input = runInput(this.#key, trace);
      const cells = this.#cellsOf(input.traces.map((columns) => columns[0]?.length ?? 0));
      const most = count === 1 ? this.#segmentCells : this.#mostCells;
      if (cells !== undefined && cells <= most) return { input, cells, cut: undefined };
      return count === 1 ? this.#inSegments(trace) : undefined;
    } catch (error) {
      if (error === beyond) return undefined;
      throw error;
    }
  }

  /** A step whose tables are more than a proof may have. Throws RangeError where a run of this key has no room for it. */
  #inSegments(trace: ProvableTrace): FilledTables {
    const most = this.#segmentCells;
    // A proof of half as many cells takes half the memory, beside all that its run is filled from.
    const rules = [most / 2, most].map((cells) => (heights: readonly number[]) => (this.#cellsOf(heights) ?? Infinity) <= cells);
    const cut = cutRun(this.#key, trace, rules);
    // No label: all keys of a version have room for what its limits let through.
    if (cut === undefined)
      throw new RangeError(`a step has no room in ${MOST_SEGMENTS} segments of ${most} cells; prove it with larger ones`);
    return { input: undefined, cells: cut.count * (this.#cellsOf(cut.heights) ?? 0), cut };
  }

  /** Cells of tables of these heights; undefined where a table is higher than a proof allows. */
  #cellsOf(heights: readonly number[]): number | undefined {
    const { system } = this.#key;
    const shape = createShape(
      system,
      heights.map((height) => (height === 0 ? ABSENT : Math.log2(height))),
    );
    if (typeof shape === "number") return undefined;
    return system.tables.reduce((sum, { index, mainWidth, lookupWidth }) => {
      return sum + (mainWidth + lookupWidth) * rowCount(shape.logRows[index] ?? ABSENT);
    }, 0);
  }
}
