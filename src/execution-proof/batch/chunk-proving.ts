import type { Backend } from "../../kernels/backend.ts";
import type { FixedTables } from "../../stark/fixed-tables.ts";
import { prove } from "../../stark/prove.ts";
import type { ProverInput } from "../../stark/prover-input.ts";
import { encodeRun } from "../../stark/segments/encode-run.ts";
import { proveRun } from "../../stark/segments/prove-run.ts";
import type { TablePrograms } from "../../stark/table-programs.ts";
import type { ChunkFiller } from "./chunk-filler.ts";
import type { FilledChunk } from "./chunk-filling.ts";
import type { ExecutionKey } from "./execution-key.ts";
import type { PhaseClock } from "./phase-clock.ts";
import type { ChunkOptions } from "./proven-execution.ts";

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

/** The proof of one chunk in the making. */
export class ChunkProving {
  readonly #tools: ProvingTools;
  readonly #options: ChunkOptions;
  readonly #clock: PhaseClock;

  constructor(tools: ProvingTools, options: ChunkOptions, clock: PhaseClock) {
    this.#tools = tools;
    this.#options = options;
    this.#clock = clock;
  }

  prove(chunk: FilledChunk): Promise<Uint8Array> {
    // Unless it was done before, it takes a second in which nothing else is to be done in this thread.
    prepareTables(this.#tools);
    return chunk.segments > 1 ? this.#proveCut(chunk) : this.#proveWhole(chunk);
  }

  /** Of each segment the columns are there once for the seed and once for its proof; those of the run stay with the filler. */
  async #proveCut({ segments: count }: FilledChunk): Promise<Uint8Array> {
    const { key, backend, kept, filler } = this.#tools;
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
    return encodeRun(
      await proveRun(key.segmented().system, source, backend, { ...kept, ...this.#watched(), onTracesRead: free }),
    );
  }

  #proveWhole(chunk: FilledChunk): Promise<Uint8Array> {
    const { key, backend, kept } = this.#tools;
    const input = wholeOf(chunk);
    const onTracesRead = (): void => freeColumns(input.traces.flat());
    return prove(key.system, input, backend, { ...kept, ...this.#watched(), onTracesRead });
  }

  #watched(): Pick<NonNullable<Parameters<typeof prove>[3]>, "signal" | "onProgress"> {
    const { signal } = this.#options;
    return {
      ...(signal === undefined ? {} : { signal }),
      onProgress: (phase, fraction) => this.#clock.enter(phase, fraction),
    };
  }
}

/** Throws for one that is cut. */
function wholeOf({ input }: FilledChunk): ProverInput {
  if (input === undefined) throw new Error("a chunk that is cut has no columns of its own");
  return input;
}

/** As garbage, the columns of several chunks would lie there at a time. */
export function freeColumns(columns: readonly Uint32Array[]): void {
  for (const buffer of new Set(columns.map((column) => column.buffer))) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}
