import { GuardedWorker } from "../../../ground/runtime/guarded-worker.ts";
import { kernelRows } from "../../machine/interpreter/kernel.ts";
import type { RomRow } from "../../machine/rom/rom-row.ts";
import { JobThread } from "../../../ground/runtime/job-thread.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import { type UnprovenExecution, UnprovableBatch } from "./unproven-execution.ts";
import type { Filled, FillingAnswer, FillingJob, FillingThreadSetup } from "./filling-requests.ts";
import type { CutOptions, PlannedBatch } from "./planned-batch.ts";
import { SEGMENT_CELLS } from "./proven-execution.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./filling-thread.ts" : "./filling-thread.js", import.meta.url);

/** A chunk's proof may take any time, and the run behind it must still be there: the longest that a timer can wait. */
const IDLE_TIMEOUT_MS = 2 ** 31 - 1;
/** Limits of the heap of a filler's thread; columns are outside it. The same on every machine, whatever its memory. */
interface FillerHeap {
  readonly mostMib: number;
  /** Size of new objects. Traces are short-lived objects: this size saves a quarter of the thread's time. */
  readonly mostNewMib: number;
}
const HEAP: FillerHeap = { mostMib: 4096, mostNewMib: 192 };

/** Cuts batches and fills the tables of chunks in a separate thread. Its errors are faults of this software. */
export class ChunkFiller {
  readonly #thread: JobThread<FillingJob, FillingAnswer, undefined, string>;

  constructor(
    protocolVersion: bigint,
    parameters: ProofParameters,
    rows: readonly RomRow[] = kernelRows(),
    { mostMib, mostNewMib }: FillerHeap = HEAP,
  ) {
    const resourceLimits = { maxOldGenerationSizeMb: mostMib, maxYoungGenerationSizeMb: mostNewMib };
    const workerData: FillingThreadSetup = { protocolVersion, parameters, rows };
    this.#thread = new JobThread({
      startThread: () => new GuardedWorker(threadFile, { workerData, resourceLimits }),
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      mostLostThreads: 1,
      queued: undefined,
      errors: {
        closed: () => new Error("the filler of tables was closed"),
        stopped: () => new Error("the filler of tables was closed before it was done"),
        lost: (_threads, cause) => new Error("the thread that fills tables was lost", { cause }),
        failed: (reason) => new Error(`the tables could not be filled: ${reason}`),
      },
    });
  }

  /** Starts the thread before it is needed, which takes about a second. */
  async start(): Promise<void> {
    await this.#thread.run({ type: "start" });
  }

  /** Cuts a batch into chunks, or says why it has no proof. */
  async plan(
    witness: ExecutionWitness,
    claim: ExecutionClaim,
    options: CutOptions,
    signal?: AbortSignal,
  ): Promise<PlannedBatch | UnprovenExecution> {
    const planned = await this.#thread.run({ type: "plan", witness, claim, ...options }, { signal });
    if (planned?.kind === "planned" || planned?.kind === "unproven") return planned;
    throw new TypeError("a batch is planned or unproven");
  }

  /** Fills the tables of a chunk. */
  fill(chunk: Uint8Array, segmentCells = SEGMENT_CELLS): Promise<Filled> {
    return this.#fill({ type: "fill", chunk, segmentCells });
  }

  /** A segment of the chunk that was last filled, from 0 on. Throws UnprovableBatch. */
  async segment(index: number): Promise<ProverInput> {
    const filled = await this.#fill({ type: "segment", index });
    if (filled.kind === "segment") return filled.input;
    throw new UnprovableBatch("fault", filled.kind === "unproven" ? filled.detail : "a chunk has no such segment");
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  async #fill(job: FillingJob): Promise<Filled> {
    const filled = await this.#thread.run(job);
    if (filled === undefined || filled.kind === "planned") throw new TypeError("tables are filled or unproven");
    return filled;
  }
}
