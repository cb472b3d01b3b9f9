import type { Backend } from "../../kernels/backend.ts";
import { FixedTables } from "../../stark/proving/fixed-tables.ts";
import { prove, type ProveOptions } from "../../stark/proofs/prove.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import type { ProofRequest, ProvingBackends } from "../../devices/proving-backends.ts";
import { encodeRun } from "../../stark/proofs/encode-run.ts";
import { planRun } from "../segments/plan-run.ts";
import { proveRun } from "../../stark/proofs/prove-run.ts";
import type { TablePrograms } from "../../stark/programs/table-programs.ts";
import type { ChunkFiller } from "./chunk-filler.ts";
import type { FilledChunk } from "./chunk-filling.ts";
import type { ChunkEnds } from "./chunk-statement.ts";
import type { ExecutionKey } from "./execution-key.ts";
import type { PhaseClock } from "./phase-clock.ts";
import type { ChunkOptions } from "./proven-execution.ts";
import { chunkRefusal } from "./verify-execution.ts";

/** Shared tools of proofs. */
export interface ProvingTools {
  readonly key: ExecutionKey;
  readonly backends: ProvingBackends;
  readonly filler: ChunkFiller;
  readonly programs: TablePrograms;
  /** On each backend that was asked for a proof. */
  readonly fixedTables: Map<Backend, FixedTables>;
}

/** Compiles what computes on the key's tables, which all proofs share. */
export function prepareTables({ key, programs }: Pick<ProvingTools, "key" | "programs">, backend: Backend): void {
  backend.prepare(programs.compile(key.system.tables));
}

type ChunkRequest = Pick<ProofRequest<Uint8Array>, "make" | "plan" | "free">;

/** The proof of one chunk that is being made. */
export class ChunkProving {
  readonly #tools: ProvingTools;
  readonly #options: ChunkOptions;
  readonly #clock: PhaseClock;

  constructor(tools: ProvingTools, options: ChunkOptions, clock: PhaseClock) {
    this.#tools = tools;
    this.#options = options;
    this.#clock = clock;
  }

  prove(chunk: FilledChunk, ends: ChunkEnds): Promise<{ readonly proof: Uint8Array; readonly backend: Backend }> {
    const { key, backends } = this.#tools;
    return backends.prove({
      ...(chunk.segmentRows === undefined ? this.#whole(chunk) : this.#inSegments(chunk.segments, chunk.segmentRows)),
      // How much a key's proofs are worth is for those who accept them.
      refusalOf: (proof) => chunkRefusal(key, ends, proof, { acceptsWeakParameters: true }),
      signal: this.#options.signal,
    });
  }

  /**
   * Columns of each segment are in memory once for the seed and once for its proof; those of the run stay with the
   * filler.
   */
  #inSegments(count: number, rows: readonly number[]): ChunkRequest {
    const { key, filler, programs } = this.#tools;
    const { signal } = this.#options;
    let filled: ProverInput | undefined;
    const free = (): void => {
      freeColumns(filled?.traces.flat() ?? []);
      filled = undefined;
    };
    const source = {
      count,
      fill: async (segment: number): Promise<ProverInput> => {
        free();
        filled = await filler.segment(segment);
        return filled;
      },
    };
    return {
      plan: {
        shape: `segments of ${rows.join()}`,
        make: (backend) => {
          prepareTables(this.#tools, backend);
          return planRun(key.segmented().system, rows, backend, { programs, ...(signal === undefined ? {} : { signal }) });
        },
      },
      make: async (backend) =>
        encodeRun(
          await proveRun(key.segmented().system, source, backend, { ...this.#proveOptions(backend), onTracesRead: free }),
        ),
      free,
    };
  }

  #whole(chunk: FilledChunk): ChunkRequest {
    const input = wholeOf(chunk);
    const { key, programs } = this.#tools;
    const { signal } = this.#options;
    return {
      plan: {
        shape: input.traces.map(([column]) => column?.length ?? 0).join(),
        make: (backend) => {
          prepareTables(this.#tools, backend);
          return prove(key.system, input, backend, { programs, ...(signal === undefined ? {} : { signal }) });
        },
      },
      make: async (backend, onTracesRead) =>
        prove(this.#tools.key.system, input, backend, {
          ...this.#proveOptions(backend),
          ...(onTracesRead === undefined ? {} : { onTracesRead }),
        }),
      free: () => freeColumns(input.traces.flat()),
    };
  }

  #proveOptions(backend: Backend): ProveOptions {
    const { programs } = this.#tools;
    const { signal } = this.#options;
    // Unless it was done before, it takes a second in which nothing else is to be done in this thread.
    prepareTables(this.#tools, backend);
    return {
      programs,
      fixedTables: fixedTablesOn(this.#tools, backend),
      ...(signal === undefined ? {} : { signal }),
      onProgress: (phase, fraction) => this.#clock.enter(phase, fraction),
    };
  }
}

function fixedTablesOn({ key, fixedTables }: ProvingTools, backend: Backend): FixedTables {
  const known = fixedTables.get(backend);
  if (known !== undefined) return known;
  const made = new FixedTables(key.system, backend);
  fixedTables.set(backend, made);
  return made;
}

/** Throws for one that is cut. */
function wholeOf({ input }: FilledChunk): ProverInput {
  if (input === undefined) throw new Error("a chunk that is cut has columns in its segments only");
  return input;
}

/** Frees columns, because otherwise those of several chunks would be in memory as garbage. */
export function freeColumns(columns: readonly Uint32Array[]): void {
  for (const buffer of new Set(columns.map((column) => column.buffer))) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}
