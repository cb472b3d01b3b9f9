import { NamedError } from "../../../../ground/errors/named-error.ts";

import { NEXT_TASK_CELL } from "../memory/fixed-memory.ts";
import type { Heap } from "../memory/heap.ts";
import type { Job } from "../jobs/job.ts";
import type { PartReply, PartRequest, ThreadSetup } from "./participant.ts";

/** Maximum scratch of one job: a job that needs much per thread runs on fewer threads. */
const MOST_SCRATCH_BYTES = 2 ** 30;

/** A thread of the pool, in Node or in a browser. */
export interface KernelThread {
  /** Asks it to take part in a job, once it has left the one before. */
  ask(request: PartRequest, onReply: (reply: PartReply) => void): void;
  /** Stops waiting for the thread's reply. */
  leave(): void;
  terminate(): Promise<void>;
}

/** Starts a thread that takes part as `participant` does. `onLost` hears of its end, however it came about. */
export type StartThread = (setup: ThreadSetup, onLost: (error: KernelThreadsLost) => void) => KernelThread;

/**
 * Threads that run jobs over one shared memory, one job at a time, each job on all of them.
 */
export class WorkerPool {
  readonly size: number;
  readonly #heap: Heap;
  readonly #threads: readonly KernelThread[];
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(size: number, startThread: StartThread, module: WebAssembly.Module, heap: Heap) {
    this.size = size;
    this.#heap = heap;
    this.#threads = Array.from({ length: size }, (_, index) =>
      startThread({ module, memory: heap.memory, index }, (error) => this.#fail(error)),
    );
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
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
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
      const request: PartRequest = { job, memoryBytes: this.#heap.byteLength };
      const taking = this.#threads.slice(0, Math.min(threads, job.taskCount));
      const replies = await Promise.all(taking.map((thread) => this.#ask(thread, request)));
      return replies.flatMap((reply) => {
        if (!reply.ok) throw reply.error;
        return reply.nonce === undefined ? [] : [reply.nonce];
      });
    } finally {
      // After a crash a thread may still be writing, so its scratch is never freed.
      if (start !== 0 && this.#failure === undefined) this.#heap.free(start);
    }
  }

  #ask(thread: KernelThread, request: PartRequest): Promise<PartReply> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        thread.leave();
        this.#waiting.delete(onFailure);
      };
      const onFailure = (error: Error): void => {
        done();
        reject(error);
      };
      this.#waiting.add(onFailure);
      thread.ask(request, (reply) => {
        done();
        resolve(reply);
      });
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const reject of [...this.#waiting]) reject(this.#failure);
  }
}

/** A thread ended together with its computation; the pool refuses further jobs. */
export class KernelThreadsLost extends NamedError<"Crashed" | "Ended" | "Closed"> {
  override readonly name = "KernelThreadsLost";
}
