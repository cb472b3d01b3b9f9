import { Worker } from "node:worker_threads";
import { JobThread } from "../../runtime/job-thread.ts";
import type { ProofParameters } from "../../stark/parameters.ts";
import type { BatchWitness } from "./batch-witness.ts";
import type { ProverInput } from "../../stark/prover-input.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import { UnprovableBatch } from "./execution-label.ts";
import { SEGMENT_CELLS } from "./proven-execution.ts";
import type { BegunBatch, Filled, FillingJob, FillingThreadSetup } from "./filling-requests.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./filling-thread.ts" : "./filling-thread.js", import.meta.url);

/** A chunk's proof may take any time, and the run behind it must still be there: the longest that a timer can wait. */
const IDLE_TIMEOUT_MS = 2 ** 31 - 1;
/** What a filler's thread may have on its heap; columns are not there. The same on every machine, whatever its memory. */
interface FillerHeap {
  readonly mostMib: number;
  /** Traces are short-lived objects: with room for so many a quarter of the thread's time is saved. */
  readonly mostNewMib: number;
}
const HEAP: FillerHeap = { mostMib: 4096, mostNewMib: 192 };

/** Fills tables in a thread of its own: of one batch at a time, a chunk for each call. Its errors are faults of this software. */
export class ChunkFiller {
  readonly #thread: JobThread<FillingJob, Filled, "planned", string>;

  constructor(protocolVersion: bigint, parameters: ProofParameters, { mostMib, mostNewMib }: FillerHeap = HEAP) {
    const resourceLimits = { maxOldGenerationSizeMb: mostMib, maxYoungGenerationSizeMb: mostNewMib };
    const workerData: FillingThreadSetup = { protocolVersion, parameters };
    this.#thread = new JobThread({
      startThread: () => new Worker(threadFile, { workerData, resourceLimits }),
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      mostLostThreads: 1,
      queued: "planned",
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

  /** Begins with a batch. */
  begin(witness: BatchWitness, claim: ExecutionClaim, mostCells: number, segmentCells = SEGMENT_CELLS): BegunBatch {
    const { promise: planned, resolve } = Promise.withResolvers<undefined>();
    const first = this.#thread.run(
      { type: "begin", witness, claim, mostCells, segmentCells },
      { onProgress: () => resolve(undefined) },
    );
    // It is looked at when all else is ready, and not at all if that fails.
    first.catch(() => undefined);
    return { first, planned };
  }

  /** The chunk behind the one that was last given. */
  next(): Promise<Filled> {
    return this.#thread.run({ type: "next" });
  }

  /** A segment of the chunk that was last given, from 0 on. Throws UnprovableBatch. */
  async segment(index: number): Promise<ProverInput> {
    const filled = await this.#thread.run({ type: "segment", index });
    if (filled.kind === "segment") return filled.input;
    throw new UnprovableBatch("fault", filled.kind === "labelled" ? filled.detail : "a chunk has no such segment");
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
