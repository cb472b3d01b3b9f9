import type { Backend } from "../../kernels/backend.ts";
import type { FixedTables } from "../../stark/fixed-tables.ts";
import { prove } from "../../stark/prove.ts";
import type { ProverInput } from "../../stark/prover-input.ts";
import { encodeRun } from "../../stark/segments/encode-run.ts";
import { proveRun } from "../../stark/segments/prove-run.ts";
import type { TablePrograms } from "../../stark/table-programs.ts";
import type { FilledChunk } from "./batch-filling.ts";
import { type ChunkProof, encodeBatchProof } from "./batch-proof.ts";
import type { BatchWitness } from "./batch-witness.ts";
import type { ChunkFiller } from "./chunk-filler.ts";
import { claimedEnds, type ExecutionClaim } from "./execution-claim.ts";
import type { ExecutionKey } from "./execution-key.ts";
import type { LabelledExecution } from "./execution-label.ts";
import type { BegunBatch, Filled } from "./filling-requests.ts";
import { PhaseClock } from "./phase-clock.ts";
import { type ExecutionMetrics, MOST_CELLS, type ProvenExecution, type ProvingOptions } from "./proven-execution.ts";
import type { Relisting } from "./relisting.ts";

/** Cells of a step whose tables are filled as a whole where none of them is proven. */
const EXAMINED_CELLS = 260_000_000;

/** What proofs are made with. */
export interface ProvingTools {
  readonly key: ExecutionKey;
  readonly backend: Backend;
  readonly filler: ChunkFiller;
  readonly kept: { readonly programs: TablePrograms; readonly fixedTables: FixedTables };
}

/** Compiles what computes on the key's tables, which all proofs share. */
export function prepareTables({ key, backend, kept }: Omit<ProvingTools, "filler">): void {
  backend.prepare(kept.programs.compile(key.system.tables));
}

/** One batch's proof in the making. */
export class ExecutionBatchProving {
  readonly #tools: ProvingTools;
  readonly #witness: BatchWitness;
  readonly #claim: ExecutionClaim;
  readonly #options: ProvingOptions;
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

  /**
   * Fills the tables of all chunks, and proves none: each that is not cut is shown. Resolves with the batch's label where it has
   * one.
   */
  async examine(look: (input: ProverInput) => void = () => undefined): Promise<LabelledExecution | undefined> {
    const { filler } = this.#tools;
    const { first } = this.#begin(EXAMINED_CELLS);
    for (let filled = await first; filled.kind !== "end"; filled = await filler.next()) {
      this.#options.signal?.throwIfAborted();
      if (filled.kind === "labelled") return filled;
      if (filled.kind === "segment") throw new Error("a segment was given for a chunk");
      for (let i = 0; filled.input === undefined && i < filled.segments; i++) freeNow((await filler.segment(i)).traces.flat());
      if (filled.input === undefined) continue;
      look(filled.input);
      freeNow(filled.input.traces.flat());
    }
    return undefined;
  }

  /** Each chunk is proven while the tables of the next one are filled. */
  async run(): Promise<ProvenExecution | LabelledExecution> {
    const start = performance.now();
    const { key, backend, filler } = this.#tools;
    const { environment } = this.#witness;
    let relisting: Relisting | undefined;
    const { first } = this.#begin();
    // Unless it was done before, it takes a second in which nothing else is to be done in this thread.
    prepareTables(this.#tools);
    for (let next: Promise<Filled> = first; ;) {
      const chunk = await next;
      this.#options.signal?.throwIfAborted();
      if (chunk.kind === "labelled") return chunk;
      if (chunk.kind === "end") break;
      if (chunk.kind === "segment") throw new Error("a segment was given for a chunk");
      if (chunk.segments > 1) {
        await this.#proveCut(chunk);
        next = filler.next();
      } else {
        next = filler.next();
        // It is looked at behind this chunk's proof, and not at all if that fails.
        next.catch(() => undefined);
        await this.#prove(chunk);
      }
      ({ relisting } = chunk);
      this.#clock.enter("trace", 0);
    }
    const proof = encodeBatchProof({
      ...{ program: key.system.verificationKeyDigest, protocolVersion: this.#claim.batch.protocolVersion },
      ...{ chainId: environment.chainId, batchNumber: environment.boundary.nextBatch },
      ...{ blockHashes: environment.boundary.blockHashes, rootBefore: claimedEnds(this.#claim).rootBefore },
      ...{ chunks: this.#chunks, relisting },
    });
    const metrics: ExecutionMetrics = {
      ...{ chunks: this.#chunks.length, cells: this.#cells, seconds: (performance.now() - start) / 1000 },
      ...{ phaseSeconds: this.#clock.end(), provenBits: key.provenBits, workers: backend.workers },
    };
    return { kind: "proven", proof, metrics };
  }

  #begin(segmentCells = this.#options.segmentCells): BegunBatch {
    const { signal, begun, mostCells = MOST_CELLS } = this.#options;
    signal?.throwIfAborted();
    this.#clock.enter("plan", 0);
    const own = begun ?? this.#tools.filler.begin(this.#witness, this.#claim, mostCells, segmentCells);
    void own.planned.then(() => this.#clock.enter("trace", 0));
    return own;
  }

  /** Of each segment the columns are there once for the seed and once for its proof; those of the run stay with the filler. */
  async #proveCut(chunk: FilledChunk): Promise<void> {
    const { key, backend, kept, filler } = this.#tools;
    const { signal } = this.#options;
    this.#ahead = chunk.ahead;
    let filled: ProverInput | undefined;
    const free = (): void => {
      freeNow(filled?.traces.flat() ?? []);
      filled = undefined;
    };
    const source = {
      count: chunk.segments,
      fill: async (segment: number): Promise<ProverInput> => {
        free();
        filled = await filler.segment(segment);
        return filled;
      },
    };
    const run = await proveRun(key.segmented().system, source, backend, {
      ...kept,
      ...(signal === undefined ? {} : { signal }),
      onTracesRead: free,
      onProgress: (phase, fraction) => this.#clock.enter(phase, fraction),
    });
    this.#add(chunk, encodeRun(run));
  }

  async #prove(chunk: FilledChunk): Promise<void> {
    const { key, backend, kept } = this.#tools;
    const { signal } = this.#options;
    const input = wholeOf(chunk);
    this.#ahead = chunk.ahead;
    const proof = await prove(key.system, input, backend, {
      ...kept,
      ...(signal === undefined ? {} : { signal }),
      onTracesRead: () => freeNow(input.traces.flat()),
      onProgress: (phase, fraction) => this.#clock.enter(phase, fraction),
    });
    this.#add(chunk, proof);
  }

  #add({ cells, boundary, root, ahead }: FilledChunk, proof: Uint8Array): void {
    this.#cells += cells;
    this.#chunks.push({ boundary, root, proof });
    this.#ahead = ahead - 1;
  }
}

function wholeOf(chunk: { readonly input: ProverInput | undefined }): ProverInput {
  if (chunk.input === undefined) throw new Error("a chunk that is cut has no columns of its own");
  return chunk.input;
}

/** As garbage, the columns of several chunks would lie there at a time. */
function freeNow(columns: readonly Uint32Array[]): void {
  for (const buffer of new Set(columns.map((column) => column.buffer))) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}
