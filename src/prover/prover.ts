import { Worker } from "node:worker_threads";
import {
  type BatchProof,
  ProofError,
  type ProofJob,
  type ProofOptions,
  type ProverReply,
  type ProverRequest,
} from "./job.ts";

/** Makes batch proofs off the calling thread, one at a time, in the order in which they were asked for. */
export interface Prover {
  /** Rejects with ProofError, or with the signal's reason when aborted. */
  proveBatch(job: ProofJob, options?: ProofOptions): Promise<BatchProof>;
  /** Rejects what is queued with `ProverStopped` and ends the threads. Safe to call twice. */
  close(): Promise<void>;
}

export interface ProverOptions {
  /** Threads that compute; default: all cores. */
  readonly workers?: number;
  /** How long an idle prover keeps its threads and memory before it gives them back. Default 10,000. */
  readonly idleTimeoutMs?: number;
}

interface QueuedJob {
  readonly id: number;
  readonly job: ProofJob;
  readonly options: ProofOptions;
  readonly resolve: (result: BatchProof) => void;
  readonly reject: (reason: unknown) => void;
}

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./prover-thread.ts" : "./prover-thread.js", import.meta.url);

/** Most new objects of the thread before they are sorted out. V8's own choice is 192 MiB, which a busy thread touches in full. */
const MAX_NEW_OBJECTS_MIB = 48;

/** Starts nothing until the first job. */
export function createProver(options: ProverOptions = {}): Prover {
  const idleTimeoutMs = options.idleTimeoutMs ?? 10_000;
  const queue: QueuedJob[] = [];
  let running: QueuedJob | undefined;
  let thread: Worker | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let closed = false;
  let nextId = 0;

  function send(request: ProverRequest): void {
    thread?.postMessage(request);
  }

  function startThread(): Worker {
    const resourceLimits = { maxYoungGenerationSizeMb: MAX_NEW_OBJECTS_MIB };
    const worker = new Worker(threadFile, { workerData: { workers: options.workers }, resourceLimits });
    worker.on("message", (reply: ProverReply) => receive(reply));
    worker.on("error", (error) => lostThread(worker, error));
    worker.on("exit", (code) => lostThread(worker, new Error(`the prover thread ended with code ${code}`)));
    return worker;
  }

  function lostThread(worker: Worker, cause: Error): void {
    if (thread !== worker) return;
    thread = undefined;
    const job = running;
    running = undefined;
    job?.reject(new ProofError("ProverStopped", `the proof was lost: ${cause.message}`, { cause }));
    startNext();
  }

  function receive(reply: ProverReply): void {
    const job = running;
    if (job === undefined || reply.id !== job.id) return;
    if (reply.type === "progress") {
      job.options.onProgress?.(reply.progress);
      return;
    }
    running = undefined;
    if (reply.type === "done") job.resolve(reply.result);
    else if (job.options.signal?.aborted === true) job.reject(job.options.signal.reason);
    else job.reject(new ProofError(reply.code, reply.message));
    startNext();
  }

  function startNext(): void {
    if (running !== undefined || closed) return;
    running = queue.shift();
    if (running === undefined) {
      if (thread !== undefined) idleTimer = setTimeout(() => void stopThread(), idleTimeoutMs).unref();
      thread?.unref();
      return;
    }
    clearTimeout(idleTimer);
    thread ??= startThread();
    thread.ref();
    send({ type: "prove", id: running.id, job: running.job });
  }

  async function stopThread(): Promise<void> {
    clearTimeout(idleTimer);
    const worker = thread;
    thread = undefined;
    await worker?.terminate();
  }

  function abort(job: QueuedJob): void {
    const position = queue.indexOf(job);
    if (position >= 0) {
      queue.splice(position, 1);
      job.reject(job.options.signal?.reason);
    } else if (running === job) {
      send({ type: "cancel", id: job.id });
    }
  }

  return {
    proveBatch(job, jobOptions = {}) {
      if (closed) return Promise.reject(new ProofError("ProverStopped", "this prover is closed; create a new one"));
      if (jobOptions.signal?.aborted === true) return Promise.reject(jobOptions.signal.reason);
      return new Promise<BatchProof>((resolve, reject) => {
        const onAbort = () => abort(queued);
        const settle = () => jobOptions.signal?.removeEventListener("abort", onAbort);
        const queued: QueuedJob = {
          id: nextId++,
          job,
          options: jobOptions,
          resolve: (result) => (settle(), resolve(result)),
          reject: (reason) => (settle(), reject(reason)),
        };
        jobOptions.signal?.addEventListener("abort", onAbort);
        queue.push(queued);
        startNext();
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      const stopped = new ProofError("ProverStopped", "the prover was closed before the proof was finished");
      for (const job of queue.splice(0)) job.reject(stopped);
      running?.reject(stopped);
      running = undefined;
      await stopThread();
    },
  };
}
