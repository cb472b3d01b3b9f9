import { Worker, type WorkerOptions } from "node:worker_threads";
import { type BatchProof, ProofError, type ProofJob, type ProofOptions, type ProverReply, type ProverRequest } from "./job.ts";

/** Makes batch proofs off the calling thread, one at a time, in the order in which they were asked for. */
export interface Prover {
  /**
   * Rejects with ProofError, or with the signal's reason when aborted. A job whose thread is lost is begun again on a new one:
   * its progress starts over.
   */
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

export interface ProverDependencies {
  /** Starts the thread that runs `prover-thread.ts`, or an altered one in tests. */
  readonly startThread?: (file: URL, options: WorkerOptions) => Worker;
}

interface QueuedJob {
  readonly id: number;
  /** Threads that were lost while they worked on it. */
  lostThreads: number;
  readonly job: ProofJob;
  readonly options: ProofOptions;
  readonly resolve: (result: BatchProof) => void;
  readonly reject: (reason: unknown) => void;
}

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./prover-thread.ts" : "./prover-thread.js", import.meta.url);

/** Most new objects of the thread before they are sorted out. V8's own choice is 192 MiB, which a busy thread touches in full. */
const MAX_NEW_OBJECTS_MIB = 48;

/** A job that so many threads were lost with would most likely take the next one along too. */
const MAX_LOST_THREADS = 3;

/** Starts nothing until the first job. */
export function createProver(options: ProverOptions = {}, dependencies: ProverDependencies = {}): Prover {
  const newThread = dependencies.startThread ?? ((file, workerOptions) => new Worker(file, workerOptions));
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
    const worker = newThread(threadFile, { workerData: { workers: options.workers }, resourceLimits });
    // A thread that was given up may still have replies on their way.
    worker.on("message", (reply: ProverReply) => thread === worker && receive(reply));
    worker.on("error", (error) => lostThread(worker, error));
    worker.on("exit", (code) => lostThread(worker, new Error(`the prover thread ended with code ${code}`)));
    return worker;
  }

  function lostThread(worker: Worker, cause: Error): void {
    if (thread !== worker) return;
    thread = undefined;
    const job = running;
    running = undefined;
    if (job !== undefined) repeat(job, cause);
    startNext();
  }

  /** Puts a job whose thread was lost first in the queue. */
  function repeat(job: QueuedJob, cause: Error): void {
    job.lostThreads++;
    if (job.options.signal?.aborted === true) job.reject(job.options.signal.reason);
    else if (job.lostThreads < MAX_LOST_THREADS) queue.unshift(queuedAgain(job));
    else {
      const message = `${job.lostThreads} threads were lost in the middle of the proof, the last one because: ${cause.message}`;
      job.reject(new ProofError("ProverThreadLost", message, { cause }));
    }
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
          lostThreads: 0,
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

function queuedAgain(job: QueuedJob): QueuedJob {
  job.options.onProgress?.({ phase: "queued", fraction: 0 });
  return job;
}
