import { Worker } from "node:worker_threads";
import { NamedError } from "../../../errors/named-error.ts";

import { NEXT_TASK_CELL } from "../memory/fixed-memory.ts";
import type { Heap } from "../memory/heap.ts";
import type { Job } from "../jobs/job.ts";
import type { WorkerReply, WorkerRequest, WorkerSetup } from "./worker.ts";

/** Most new objects of a thread before they are sorted out. V8's own choice is 192 MiB; all that is large is in shared memory. */
const MAX_NEW_OBJECTS_MIB = 12;
/** Most scratch of one job: a job that needs much per thread runs on fewer threads. */
const MOST_SCRATCH_BYTES = 2 ** 30;

/**
 * Threads that run jobs over one shared memory, one job at a time, each job on all of them. They keep the process alive
 * only while a job runs.
 */
export class WorkerPool {
  readonly size: number;
  readonly #heap: Heap;
  readonly #workers: readonly Worker[];
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(size: number, module: WebAssembly.Module, heap: Heap) {
    this.size = size;
    this.#heap = heap;
    // The file's own extension: sources run as they are, a build next to each other.
    const file = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
    this.#workers = Array.from({ length: size }, (_, index) => {
      const setup: WorkerSetup = { module, memory: heap.memory, index };
      // Flags of the process are about its own entry point; some, such as --input-type, would stop this one.
      const resourceLimits = { maxYoungGenerationSizeMb: MAX_NEW_OBJECTS_MIB };
      const worker = new Worker(file, { workerData: setup, execArgv: [], resourceLimits });
      worker.on("error", (cause) => this.#fail(new KernelThreadsLost("Crashed", "a kernel thread crashed", { cause })));
      worker.on("exit", () => this.#fail(new KernelThreadsLost("Ended", "a kernel thread has ended")));
      worker.unref();
      return worker;
    });
  }

  /**
   * Runs a job after those before it. Scratch of `scratchBytes` per thread is allocated for its duration.
   * Returns the nonces that the threads found. Rejects with KernelThreadsLost, now and from then on, when a thread is lost or the
   * pool is closed.
   */
  run(scratchBytes: number, jobOf: (scratch: Job["scratch"]) => Job, prepare?: () => void): Promise<bigint[]> {
    const result = this.#last.then(() => this.#runNow(scratchBytes, jobOf, prepare));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Ends the threads. Running and waiting jobs reject. */
  async close(): Promise<void> {
    this.#fail(new KernelThreadsLost("Closed", "the kernel threads were closed"));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #runNow(scratchBytes: number, jobOf: (scratch: Job["scratch"]) => Job, prepare?: () => void): Promise<bigint[]> {
    if (this.#failure !== undefined) throw this.#failure;
    const bytesPerThread = Math.ceil(scratchBytes / 64) * 64;
    const fitting = bytesPerThread === 0 ? this.size : Math.floor(MOST_SCRATCH_BYTES / bytesPerThread);
    const threads = Math.min(this.size, Math.max(1, fitting));
    const start = bytesPerThread === 0 ? 0 : this.#heap.allocate(bytesPerThread * threads);
    try {
      const job = jobOf({ start, bytesPerThread });
      prepare?.();
      Atomics.store(new Int32Array(this.#heap.memory.buffer), NEXT_TASK_CELL / 4, 0);
      const request: WorkerRequest = { job, memoryBytes: this.#heap.byteLength };
      const taking = this.#workers.slice(0, Math.min(threads, job.taskCount));
      const replies = await Promise.all(taking.map((worker) => this.#ask(worker, request)));
      return replies.flatMap((reply) => {
        if (!reply.ok) throw reply.error;
        return reply.nonce === undefined ? [] : [reply.nonce];
      });
    } finally {
      // After a crash a thread may still be writing: its scratch is then never given back.
      if (start !== 0 && this.#failure === undefined) this.#heap.free(start);
    }
  }

  #ask(worker: Worker, request: WorkerRequest): Promise<WorkerReply> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        worker.off("message", onReply);
        this.#waiting.delete(onFailure);
        worker.unref();
      };
      const onReply = (reply: WorkerReply): void => {
        done();
        resolve(reply);
      };
      const onFailure = (error: Error): void => {
        done();
        reject(error);
      };
      this.#waiting.add(onFailure);
      worker.ref();
      worker.on("message", onReply);
      worker.postMessage(request);
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const reject of [...this.#waiting]) reject(this.#failure);
  }
}

/** A thread is gone and with it what it was computing: the pool runs no more jobs. */
export class KernelThreadsLost extends NamedError<"Crashed" | "Ended" | "Closed"> {
  override readonly name = "KernelThreadsLost";
}
