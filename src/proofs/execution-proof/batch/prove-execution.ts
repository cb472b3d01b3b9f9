import { OneAtATime } from "../../../ground/runtime/one-at-a-time.ts";
import { KernelThreadsLost } from "../../kernels/wasm/device/worker-pool.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import type { ProvingBackends } from "../../devices/proving-backends.ts";
import { TablePrograms } from "../../stark/programs/table-programs.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import { ChunkFiller } from "./chunk-filler.ts";
import { chunkEnds } from "./chunk-input.ts";
import type { FilledChunk } from "./chunk-filling.ts";
import { ChunkProving, freeColumns, prepareTables, type ProvingTools } from "./chunk-proving.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { ExecutionKey } from "./execution-key.ts";
import { type UnprovenExecution, unprovenBy } from "./unproven-execution.ts";
import { type CrowdedChunk, type Filled, middleOf } from "./filling-requests.ts";
import { PhaseClock } from "./phase-clock.ts";
import type { PlannedBatch } from "./planned-batch.ts";
import { type ChunkOptions, type MadeChunk, MAX_CELLS, type PlanOptions } from "./proven-execution.ts";

/** Cells of a step whose tables are filled as a whole where none of them is proven. */
const EXAMINED_CELLS = 260_000_000;

/**
 * Makes proofs of chunks, one at a time: the tables of the next one are filled meanwhile. What proofs share is
 * made once: keep it from batch to batch, and release it at the end.
 */
export class ExecutionProving {
  readonly #tools: ProvingTools;
  readonly #filling = new OneAtATime();
  readonly #proving = new OneAtATime();

  /** Takes a filler over. */
  constructor(
    key: ExecutionKey,
    backends: ProvingBackends,
    filler = new ChunkFiller(key.protocolVersion, key.system.parameters, key.program.rows),
  ) {
    this.#tools = { key, backends, filler, programs: new TablePrograms(key.system), fixedTables: new Map() };
  }

  /** Compiles what the first proof would else compile, which takes a second. */
  prepare(): void {
    prepareTables(this.#tools, this.#tools.backends.first);
  }

  /** Releases what is kept on the backends, and ends the filler's thread. */
  async release(): Promise<void> {
    const { filler, fixedTables } = this.#tools;
    await filler.close();
    for (const own of fixedTables.values()) await own.release();
  }

  /** Cuts a batch into chunks, or says why it cannot be proven. Rejects with the signal's reason alone. */
  plan(
    witness: ExecutionWitness,
    claim: ExecutionClaim,
    { signal, mostCells = MAX_CELLS, cuts }: PlanOptions = {},
  ): Promise<PlannedBatch | UnprovenExecution> {
    return orUnproven(signal, () => this.#tools.filler.plan(witness, claim, { mostCells, cuts }, signal));
  }

  /**
   * Why a batch's execution cannot be proven; undefined where it can be. Fills the tables of its proof, at a fraction of the
   * proof's cost; `look` is shown those of each chunk. Rejects with the signal's reason alone.
   */
  async examine(
    witness: ExecutionWitness,
    claim: ExecutionClaim,
    options: PlanOptions = {},
    look: (input: ProverInput) => void = () => undefined,
  ): Promise<UnprovenExecution | undefined> {
    const cuts: number[] = [];
    for (let from = 0; ;) {
      const planned = await this.plan(witness, claim, { ...options, cuts });
      if (planned.kind === "unproven") return planned;
      let crowded: CrowdedChunk | undefined;
      for (const { input, firstStep } of planned.chunks) {
        if (firstStep < from) continue;
        const found = await orUnproven(options.signal, () => this.#examineChunk(input, options, look));
        if (found?.kind === "unproven") return found;
        if ((crowded = found) !== undefined) break;
      }
      if (crowded === undefined) return undefined;
      from = crowded.firstStep;
      cuts.push(middleOf(crowded));
    }
  }

  /**
   * Proves a chunk, or says why its batch is to be cut otherwise or cannot be proven. Rejects with the signal's reason, or with
   * KernelThreadsLost.
   */
  proveChunk(chunk: Uint8Array, options: ChunkOptions = {}): Promise<MadeChunk | CrowdedChunk | UnprovenExecution> {
    return orUnproven(options.signal, () => this.#proveChunk(chunk, options));
  }

  async #examineChunk(
    chunk: Uint8Array,
    { signal }: PlanOptions,
    look: (input: ProverInput) => void,
  ): Promise<UnprovenExecution | CrowdedChunk | undefined> {
    const leave = await this.#filling.enter();
    try {
      const { filler } = this.#tools;
      const filled = await filler.fill(chunk, EXAMINED_CELLS);
      signal?.throwIfAborted();
      if (filled.kind !== "chunk") return unfilled(filled);
      for (let i = 0; filled.input === undefined && i < filled.segments; i++)
        freeColumns((await filler.segment(i)).traces.flat());
      if (filled.input === undefined) return undefined;
      look(filled.input);
      freeColumns(filled.input.traces.flat());
      return undefined;
    } finally {
      leave();
    }
  }

  async #proveChunk(chunk: Uint8Array, options: ChunkOptions): Promise<MadeChunk | CrowdedChunk | UnprovenExecution> {
    const { filler } = this.#tools;
    const { signal, segmentCells } = options;
    const clock = new PhaseClock((phase, fraction) => options.onProgress?.({ phase, fraction }));
    clock.enter("trace", 0);
    const leaveFilling = await this.#filling.enter();
    try {
      signal?.throwIfAborted();
      const filled = await filler.fill(chunk, segmentCells);
      signal?.throwIfAborted();
      if (filled.kind !== "chunk") return unfilled(filled);
      // Of one that is cut the filler has what its segments are filled from.
      const leaveProving = await this.#proving.enter();
      try {
        if (filled.segments === 1) leaveFilling();
        signal?.throwIfAborted();
        const { cells } = filled;
        const logRows = heightOf(filled);
        const { proof, backend } = await new ChunkProving(this.#tools, options, clock).prove(filled, chunkEnds(chunk));
        const metrics = { backend: backend.name, workers: backend.workers, logRows, cells, phaseSeconds: clock.end() };
        return { kind: "made", proof, metrics };
      } finally {
        leaveProving();
      }
    } finally {
      leaveFilling();
    }
  }
}

function unfilled(filled: Exclude<Filled, { readonly kind: "chunk" }>): CrowdedChunk | UnprovenExecution {
  if (filled.kind === "segment") throw new Error("a segment was given for a chunk");
  return filled;
}

/** Height of the highest table; 0 for a chunk that is cut, whose segments are filled later. */
function heightOf({ input }: FilledChunk): number {
  const rows = (input?.traces ?? []).map((columns) => columns[0]?.length ?? 0);
  return Math.log2(Math.max(1, ...rows));
}

async function orUnproven<Made>(signal: AbortSignal | undefined, make: () => Promise<Made>): Promise<Made | UnprovenExecution> {
  try {
    return await make();
  } catch (error) {
    signal?.throwIfAborted();
    // It says nothing about the batch: the thread ends, and what is asked of another one is made.
    if (error instanceof KernelThreadsLost) throw error;
    return unprovenBy(error);
  }
}
