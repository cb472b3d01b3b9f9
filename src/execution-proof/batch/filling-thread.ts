import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../../errors/reason-of.ts";
import { serveJobs } from "../../runtime/serve-jobs.ts";
import { BatchFilling, type FilledChunk } from "./batch-filling.ts";
import type { Filled, FillingJob, FillingThreadSetup } from "./filling-requests.ts";
import { uncommittedSystem } from "./execution-key.ts";
import { labelOf } from "./execution-label.ts";

/** The body of the thread of a `ChunkFiller`. */
const port = parentPort;
if (port === null) throw new Error("filling-thread.ts is the body of a worker thread; use ChunkFiller");
const { protocolVersion, parameters } = workerData as FillingThreadSetup;
const system = uncommittedSystem(protocolVersion, parameters);
let chunks: Iterator<FilledChunk, void> | undefined;

function next(): Filled {
  try {
    const chunk = chunks?.next();
    return chunk === undefined || chunk.done === true ? { kind: "end" } : { kind: "chunk", ...chunk.value };
  } catch (error) {
    return labelOf(error);
  }
}

serveJobs<FillingJob, Filled, "planned", string>(
  port,
  (job, { onProgress }) => {
    if (job.type === "start") return Promise.resolve({ kind: "end" });
    if (job.type === "begin")
      chunks = new BatchFilling(system, job.witness, job.claim, job.mostCells).chunks(() => onProgress("planned"));
    return Promise.resolve(next());
  },
  reasonOf,
  (filled) => (filled.kind === "chunk" ? buffersOf(filled) : []),
);

/** They are moved to the owner, not copied. */
function buffersOf({ input }: FilledChunk): ArrayBuffer[] {
  const buffers = new Set(input.traces.flat().map(({ buffer }) => buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}
