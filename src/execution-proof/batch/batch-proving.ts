import type { Backend } from "../../kernels/backend.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { Kernel } from "../../machine/interpreter/kernel.ts";
import type { FixedTables } from "../../stark/fixed-tables.ts";
import { prove } from "../../stark/prove.ts";
import type { ProverInput } from "../../stark/prover-input.ts";
import { ABSENT, createShape, rowCount } from "../../stark/shape.ts";
import type { TablePrograms } from "../../stark/table-programs.ts";
import { runInput } from "../run-system.ts";
import { type ChunkProof, encodeBatchProof } from "./batch-proof.ts";
import type { BatchWitness } from "./batch-witness.ts";
import { stepsWithin } from "./chunk-plan.ts";
import { BatchRun } from "./chunk-run.ts";
import { comparedPlan, relistingTo } from "./compared-plan.ts";
import { claimedEnds, type ExecutionClaim } from "./execution-claim.ts";
import type { ExecutionKey } from "./execution-key.ts";
import { UnprovableBatch } from "./execution-label.ts";
import { createPrimitives } from "./machine-primitives.ts";
import { PartialTree } from "./partial-tree.ts";
import { PhaseClock } from "./phase-clock.ts";
import { type ExecutionMetrics, MOST_CELLS, type ProvenExecution, type ProvingOptions } from "./proven-execution.ts";

/** What proofs are made with. */
export interface ProvingTools {
  readonly key: ExecutionKey;
  readonly backend: Backend;
  readonly kept: { readonly programs: TablePrograms; readonly fixedTables: FixedTables };
}

/** A chunk of which all tables are filled, and how many steps it has. */
interface FilledChunk {
  readonly steps: number;
  readonly input: ProverInput;
  readonly cells: number;
}

/** One batch's proof in the making. */
export class BatchProving {
  readonly #tools: ProvingTools;
  readonly #witness: BatchWitness;
  readonly #claim: ExecutionClaim;
  readonly #options: ProvingOptions;
  readonly #primitives = createPrimitives();
  readonly #compress = createCompressor().compress;
  readonly #clock: PhaseClock;
  readonly #chunks: ChunkProof[] = [];
  /** How many chunks the steps that are left would make. */
  #ahead = 1;
  #cells = 0;

  constructor(tools: ProvingTools, witness: BatchWitness, claim: ExecutionClaim, options: ProvingOptions) {
    this.#tools = tools;
    this.#witness = witness;
    this.#claim = claim;
    this.#options = options;
    this.#clock = new PhaseClock((phase, fraction) => {
      const chunk = this.#chunks.length;
      options.onProgress?.({ chunk, chunks: chunk + this.#ahead, phase, fraction });
    });
  }

  /** Fills the tables of all chunks, and proves none: each is shown. Throws what ends the making of a proof. */
  examine(look: (input: ProverInput) => void = () => undefined): void {
    for (const { chunk } of this.#chunksInTurn()) {
      look(chunk.input);
      freeNow(chunk.input.traces.flat());
    }
  }

  async run(): Promise<ProvenExecution> {
    const start = performance.now();
    const { key, backend } = this.#tools;
    const { state, environment } = this.#witness;
    let tree = new PartialTree(state, this.#compress);
    for (const { run, chunk } of this.#chunksInTurn()) {
      const proof = await this.#prove(chunk.input);
      this.#cells += chunk.cells;
      this.#chunks.push({ boundary: run.environment.boundary, root: run.tree.root, proof });
      tree = run.tree;
    }
    const proof = encodeBatchProof({
      ...{ program: key.system.verificationKeyDigest, protocolVersion: this.#claim.batch.protocolVersion },
      ...{ chainId: environment.chainId, batchNumber: environment.boundary.nextBatch },
      ...{ blockHashes: environment.boundary.blockHashes, rootBefore: claimedEnds(this.#claim).rootBefore },
      ...{ chunks: this.#chunks, relisting: relistingTo(this.#claim, tree, this.#witness, this.#compress) },
    });
    const metrics: ExecutionMetrics = {
      ...{ chunks: this.#chunks.length, cells: this.#cells, seconds: (performance.now() - start) / 1000 },
      ...{ phaseSeconds: this.#clock.end(), provenBits: key.provenBits, workers: backend.workers },
    };
    return { kind: "proven", proof, metrics };
  }

  /** The batch's chunks, each with the run that it ends. */
  *#chunksInTurn(): Generator<{ readonly run: BatchRun; readonly chunk: FilledChunk }> {
    const { steps, state } = this.#witness;
    this.#clock.enter("plan", 0);
    const tools = { program: this.#tools.key.program, primitives: this.#primitives, compress: this.#compress };
    const weights = comparedPlan(this.#witness, this.#claim, tools);
    const kernel = new Kernel(this.#primitives, this.#tools.key.program.rows);
    let run = new BatchRun(this.#witness, new PartialTree(state, this.#compress), kernel);
    for (let at = 0; at < steps.length;) {
      this.#options.signal?.throwIfAborted();
      const count = stepsWithin(weights, at, this.#mostCells);
      this.#ahead = Math.ceil((steps.length - at) / count);
      this.#clock.enter("trace", 0);
      const filled = this.#fill(run, at, count);
      yield filled;
      [run, at] = [filled.run, at + filled.chunk.steps];
    }
  }

  get #mostCells(): number {
    return this.#options.mostCells ?? MOST_CELLS;
  }

  /** Fills the tables of a chunk of so many steps, or of half as many until it is no larger than a chunk may be. */
  #fill(before: BatchRun, first: number, most: number): { readonly run: BatchRun; readonly chunk: FilledChunk } {
    const { key } = this.#tools;
    for (let count = most; ; count = Math.ceil(count / 2)) {
      const run = before.copy();
      const input = runInput(key, run.trace(key.program, this.#witness.steps.slice(first, first + count)));
      const cells = cellsOf(key, input);
      if (cells !== undefined && cells <= this.#mostCells) return { run, chunk: { steps: count, input, cells } };
      if (count === 1)
        throw new UnprovableBatch("too-large", `step ${first} of the batch is more than a chunk of ${this.#mostCells} cells`);
    }
  }

  async #prove(input: ProverInput): Promise<Uint8Array> {
    const { key, backend, kept } = this.#tools;
    const { signal } = this.#options;
    return prove(key.system, input, backend, {
      ...kept,
      ...(signal === undefined ? {} : { signal }),
      onTracesRead: () => freeNow(input.traces.flat()),
      onProgress: (phase, fraction) => this.#clock.enter(phase, fraction),
    });
  }
}

/** Cells of an input's tables; undefined where a table is higher than a proof allows. */
function cellsOf({ system }: ExecutionKey, { traces }: ProverInput): number | undefined {
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

/** As garbage, the columns of several chunks would lie there at a time. */
function freeNow(columns: readonly Uint32Array[]): void {
  for (const buffer of new Set(columns.map((column) => column.buffer))) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}
