import { NEXT_TASK_CELL } from "../memory/fixed-memory.ts";
import { runCombine } from "../jobs/combine.ts";
import { runCommit } from "../jobs/commit.ts";
import { runDeep, runDivide } from "../jobs/deep.ts";
import { runDot } from "../jobs/dot.ts";
import { runDotParts } from "../jobs/dot-parts.ts";
import { runFold } from "../jobs/fold.ts";
import { runGrind } from "../jobs/grind.ts";
import { runInterpolate } from "../jobs/interpolate.ts";
import type { Job } from "../jobs/job.ts";
import { runLayOut } from "../jobs/lay-out.ts";
import { runLayProgressions } from "../jobs/lay-progressions.ts";
import { runMapRows } from "../jobs/map-rows.ts";
import type { TaskRunner } from "../jobs/task.ts";
import { runQuotient } from "../jobs/quotient.ts";
import { runRoundSums } from "../jobs/round-sums.ts";
import { runRows } from "../jobs/rows.ts";
import { runRunningSums } from "../jobs/running-sums.ts";
import { instantiateKernels } from "../memory/kernel-module.ts";
import type { Thread } from "../memory/thread.ts";

/** Start data of a thread of the pool. Plain data, of which memory and module are shared. */
export interface ThreadSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly index: number;
}

/** Asks a thread to take part in a job. */
export interface PartRequest {
  readonly job: Job;
  /** Size of the memory that the job's addresses refer to. */
  readonly memoryBytes: number;
}

/** A thread's end of a job. */
export type PartReply = { readonly ok: true; readonly nonce: bigint | undefined } | { readonly ok: false; readonly error: Error };

/** A thread's part in jobs: takes tasks of a job until all are taken. Never throws. */
export function participant({ module, memory, index }: ThreadSetup): (request: PartRequest) => PartReply {
  const kernels = instantiateKernels(module, memory);
  return ({ job, memoryBytes }) => {
    try {
      // Another thread grew the memory: growing by nothing makes this thread's view of it current.
      if (memory.buffer.byteLength < memoryBytes) memory.grow(0);
      const thread: Thread = { kernels, words: new Uint32Array(memory.buffer) };
      const cells = new Int32Array(memory.buffer);
      const scratch = job.scratch.start + index * job.scratch.bytesPerThread;
      let nonce: bigint | undefined;
      const run = runnerOf(thread, job, scratch, (value) => (nonce = value));
      for (;;) {
        const task = Atomics.add(cells, NEXT_TASK_CELL / 4, 1);
        if (task >= job.taskCount || !run(task)) break;
      }
      return { ok: true, nonce };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
    }
  };
}

function runnerOf(thread: Thread, job: Job, scratch: number, onFound: (nonce: bigint) => void): TaskRunner {
  switch (job.kind) {
    case "combine":
      return runCombine(thread, job);
    case "commit":
      return runCommit(thread, job, scratch);
    case "deep":
      return runDeep(thread, job);
    case "divide":
      return runDivide(thread, job);
    case "dot":
      return runDot(thread, job);
    case "dotParts":
      return runDotParts(thread, job);
    case "fold":
      return runFold(thread, job);
    case "grind":
      return runGrind(thread, job, scratch, onFound);
    case "interpolate":
      return runInterpolate(thread, job, scratch);
    case "layOut":
      return runLayOut(thread, job);
    case "layProgressions":
      return runLayProgressions(thread, job);
    case "mapRows":
      return runMapRows(thread, job, scratch);
    case "quotient":
      return runQuotient(thread, job, scratch);
    case "roundSums":
      return runRoundSums(thread, job);
    case "rows":
      return runRows(thread, job, scratch);
    case "runningSums":
      return runRunningSums(thread, job);
  }
}
