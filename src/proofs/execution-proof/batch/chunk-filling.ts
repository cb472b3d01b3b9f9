import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { Kernel } from "../../machine/interpreter/kernel.ts";
import { compareDigests } from "../../../ground/protocol/diff-digest.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import { ABSENT, createShape } from "../../stark/systems/shape.ts";
import { cellsOf, sizedProfile } from "../run-profiles.ts";
import type { ProvableTrace } from "../run-state.ts";
import { MAX_SEGMENTS, profiledInput, runInput } from "../run-system.ts";
import { type CutRun, cutRun, cutToProfile } from "../segments/cut-run.ts";
import { decodeChunkInput, type ChunkInput } from "./chunk-input.ts";
import { BatchRun } from "./chunk-run.ts";
import { isSameJoint } from "./chunk-statement.ts";
import type { ExecutionSystem } from "./execution-key.ts";
import { StepTooLarge } from "./unproven-execution.ts";
import { createPrimitives } from "./machine-primitives.ts";
import { PartialTree } from "./partial-tree.ts";
import { countedCells, exceeds, type StepLimits, stepLimits } from "./step-limits.ts";
import { NO_WEIGHT, RunCounter } from "./step-weight.ts";

/** A chunk of which all tables are filled. */
export interface FilledChunk {
  /** Undefined for one that is cut: its segments are filled one by one. */
  readonly input: ProverInput | undefined;
  /** 1 for one that is proven as a whole. */
  readonly segments: number;
  /** Rows of each table in a segment at most; undefined for one that is proven as a whole. */
  readonly segmentRows: readonly number[] | undefined;
  readonly cells: number;
}

/** Several steps that have more cells together than was planned: a batch is cut between them. */
export interface CrowdedSteps {
  readonly firstStep: number;
  readonly count: number;
}

interface FilledTables {
  readonly input: ProverInput | undefined;
  readonly cut: CutRun | undefined;
  readonly cells: number;
}

/** The tables of one chunk that is being filled. They do not depend on commitments in the key. */
export class ChunkFilling {
  readonly #key: ExecutionSystem;
  readonly #chunk: ChunkInput;
  readonly #limits: StepLimits;
  readonly #segmentCells: number;
  /** Segments of the chunk if it is cut. */
  #cut: CutRun | undefined;

  /** `input`: what `encodeChunkInput` made. Throws RangeError or DigestError for other bytes, and for another version's. */
  constructor(key: ExecutionSystem, protocolVersion: bigint, input: Uint8Array, segmentCells = Infinity) {
    this.#key = key;
    this.#chunk = decodeChunkInput(input);
    if (this.#chunk.protocolVersion !== protocolVersion)
      throw new RangeError(`the chunk is of version ${this.#chunk.protocolVersion}, not of ${protocolVersion}`);
    this.#limits = stepLimits(protocolVersion);
    this.#segmentCells = segmentCells;
  }

  /** Fills all tables, or says that the chunk's steps have too many cells. Throws what ends the making of a proof. */
  fill(): FilledChunk | CrowdedSteps {
    const { steps, state, rootBefore, after, firstStep, protocolVersion } = this.#chunk;
    const { program } = this.#key;
    const counter = new RunCounter(createPrimitives(), program.rows);
    const kernel = new Kernel(counter.primitives, program.rows);
    const run = new BatchRun(this.#chunk, new PartialTree(state, createCompressor().compress), kernel);
    if (compareDigests(run.tree.root, rootBefore) !== 0)
      throw new RangeError("the chunk's part of the state is not below the root that its input begins with");
    const filled = this.#attempt(run, counter);
    if (filled !== undefined) {
      if (!isSameJoint({ boundary: run.environment.boundary, root: run.tree.root }, after))
        throw new RangeError("the chunk's steps do not end where its input says");
      const { input, cells, cut } = filled;
      this.#cut = cut;
      return { input, segments: cut?.count ?? 1, segmentRows: cut?.heights, cells };
    }
    if (steps.length > 1) return { firstStep, count: steps.length };
    throw new StepTooLarge({ protocolVersion, limits: this.#limits, step: firstStep });
  }

  /** A segment of the chunk, from 0 on. */
  segment(index: number): ProverInput {
    if (this.#cut === undefined) throw new Error("the chunk is not cut into segments");
    return this.#cut.fill(index);
  }

  /** Undefined where the steps are more than a chunk may be: of many more, only the first rows are recorded. */
  #attempt(run: BatchRun, counter: RunCounter): FilledTables | undefined {
    const { steps, mostCells } = this.#chunk;
    const isStep = steps.length === 1;
    const weight = { ...NO_WEIGHT };
    const beyond = new Error("the steps are more than a chunk may be");
    const isBeyond = (): boolean => (isStep ? exceeds(weight, this.#limits) : countedCells(weight) > mostCells);
    counter.count(weight, () => {
      if (isBeyond()) throw beyond;
    });
    try {
      const trace = run.trace(this.#key.program, steps, counter);
      if (isBeyond()) return undefined;
      // A step that is surely cut is never filled as a whole.
      if (isStep && countedCells(weight) > this.#segmentCells) return this.#inSegments(trace);
      const input = this.#key.profiles === undefined ? runInput(this.#key, trace) : profiledInput(this.#key, trace);
      if (input === undefined) return isStep ? this.#inSegments(trace) : undefined;
      const cells = this.#cellsOf(input.traces.map((columns) => columns[0]?.length ?? 0));
      if (cells !== undefined && cells <= (isStep ? this.#segmentCells : mostCells)) return { input, cells, cut: undefined };
      return isStep ? this.#inSegments(trace) : undefined;
    } catch (error) {
      if (error === beyond) return undefined;
      throw error;
    }
  }

  /** A step whose tables are more than a proof may have. Throws RangeError where a run of this key has no room for it. */
  #inSegments(trace: ProvableTrace): FilledTables {
    const { segmentProfiles, system } = this.#key;
    if (segmentProfiles !== undefined) {
      const sized = segmentProfiles.map((heights) => sizedProfile(system, heights));
      return this.#cutTables(cutToProfile(this.#key, trace, sized), "of the shapes that programs check");
    }
    const most = this.#segmentCells;
    // A proof of half as many cells takes half the memory, besides the data from which its run is filled.
    const rules = [most / 2, most].map((cells) => (heights: readonly number[]) => (this.#cellsOf(heights) ?? Infinity) <= cells);
    return this.#cutTables(cutRun(this.#key, trace, rules), `of ${most} cells; prove it with larger ones`);
  }

  #cutTables(cut: CutRun | undefined, limit: string): FilledTables {
    // No reason: all keys of a version have room for what its limits let through.
    if (cut === undefined) throw new RangeError(`a step has no room in ${MAX_SEGMENTS} segments ${limit}`);
    return { input: undefined, cells: cut.count * (this.#cellsOf(cut.heights) ?? 0), cut };
  }

  /** Cells of tables of these heights; undefined where a table is higher than a proof allows. */
  #cellsOf(heights: readonly number[]): number | undefined {
    const { system } = this.#key;
    const shape = createShape(
      system,
      heights.map((height) => (height === 0 ? ABSENT : Math.log2(height))),
    );
    return typeof shape === "number" ? undefined : cellsOf(system, shape);
  }
}
