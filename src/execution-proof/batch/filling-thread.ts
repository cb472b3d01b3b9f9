import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../../errors/reason-of.ts";
import { serveJobs } from "../../runtime/serve-jobs.ts";
import { BatchFilling, type FilledChunk } from "./batch-filling.ts";
import type { Filled, FillingJob, FillingThreadSetup } from "./filling-requests.ts";
import { uncommittedSystem } from "./execution-key.ts";
import { labelOf } from "./execution-label.ts";
import type { ProverInput } from "../../stark/prover-input.ts";

/** The body of the thread of a `ChunkFiller`. */
const port = parentPort;
if (port === null) throw new Error("filling-thread.ts is the body of a worker thread; use ChunkFiller");
const { protocolVersion, parameters } = workerData as FillingThreadSetup;
const system = uncommittedSystem(protocolVersion, parameters);
let filling: BatchFilling | undefined;
let chunks: Iterator<FilledChunk, void> | undefined;

function next(): Filled {
  try {
    const chunk = chunks?.next();
    return chunk === undefined || chunk.done === true ? { kind: "end" } : { kind: "chunk", ...chunk.value };
  } catch (error) {
    return labelOf(error);
  }
}

function segment(index: number): Filled {
  try {
    if (filling === undefined) throw new Error("no batch has been begun");
    return { kind: "segment", input: filling.segment(index) };
  } catch (error) {
    return labelOf(error);
  }
}

serveJobs<FillingJob, Filled, "planned", string>(
  port,
  (job, { onProgress }) => {
    if (job.type === "start") return Promise.resolve({ kind: "end" });
    if (job.type === "segment") return Promise.resolve(segment(job.index));
    if (job.type === "begin") {
      filling = new BatchFilling(system, job.witness, job.claim, job.mostCells, job.segmentCells);
      chunks = filling.chunks(() => onProgress("planned"));
    }
    return Promise.resolve(next());
  },
  reasonOf,
  (filled) => (filled.kind === "chunk" || filled.kind === "segment" ? buffersOf(filled.input) : []),
);

/** They are moved to the owner, not copied. */
function buffersOf(input: ProverInput | undefined): ArrayBuffer[] {
  const buffers = new Set((input?.traces ?? []).flat().map(({ buffer }) => buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}
