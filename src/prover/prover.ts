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

const DEFAULT_IDLE_TIMEOUT_MS = 10_000;

/** Proves on one thread, which it starts for the first job and ends when no job has come for a while. */
class ThreadProver implements Prover {
  readonly #options: ProverOptions;
  readonly #newThread: (file: URL, options: WorkerOptions) => Worker;
  readonly #queue: QueuedJob[] = [];
  #running: QueuedJob | undefined;
  #thread: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #nextId = 0;

  constructor(options: ProverOptions, { startThread }: ProverDependencies) {
    this.#options = options;
    this.#newThread = startThread ?? ((file, workerOptions) => new Worker(file, workerOptions));
  }

  proveBatch(job: ProofJob, options: ProofOptions = {}): Promise<BatchProof> {
    if (this.#closed) return Promise.reject(new ProofError("ProverStopped", "this prover is closed; create a new one"));
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise<BatchProof>((resolve, reject) => {
      const onAbort = () => this.#abort(queued);
      const settle = () => signal?.removeEventListener("abort", onAbort);
      const queued: QueuedJob = {
        id: this.#nextId++,
        lostThreads: 0,
        job,
        options,
        resolve: (result) => (settle(), resolve(result)),
        reject: (reason) => (settle(), reject(reason)),
      };
      signal?.addEventListener("abort", onAbort);
      this.#queue.push(queued);
      this.#startNext();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const stopped = new ProofError("ProverStopped", "the prover was closed before the proof was finished");
    for (const job of this.#queue.splice(0)) job.reject(stopped);
    this.#running?.reject(stopped);
    this.#running = undefined;
    await this.#stopThread();
  }

  #send(request: ProverRequest): void {
    this.#thread?.postMessage(request);
  }

  #startThread(): Worker {
    const resourceLimits = { maxYoungGenerationSizeMb: MAX_NEW_OBJECTS_MIB };
    const worker = this.#newThread(threadFile, { workerData: { workers: this.#options.workers }, resourceLimits });
    // A thread that was given up may still have replies on their way.
    worker.on("message", (reply: ProverReply) => this.#thread === worker && this.#receive(reply));
    worker.on("error", (error) => this.#lostThread(worker, error));
    worker.on("exit", (code) => this.#lostThread(worker, new Error(`the prover thread ended with code ${code}`)));
    return worker;
  }

  #lostThread(worker: Worker, cause: Error): void {
    if (this.#thread !== worker) return;
    this.#thread = undefined;
    const job = this.#running;
    this.#running = undefined;
    if (job !== undefined) this.#repeat(job, cause);
    this.#startNext();
  }

  /** Puts a job whose thread was lost first in the queue. */
  #repeat(job: QueuedJob, cause: Error): void {
    job.lostThreads++;
    if (job.options.signal?.aborted === true) job.reject(job.options.signal.reason);
    else if (job.lostThreads < MAX_LOST_THREADS) this.#queue.unshift(queuedAgain(job));
    else {
      const message = `${job.lostThreads} threads were lost in the middle of the proof, the last one because: ${cause.message}`;
      job.reject(new ProofError("ProverThreadLost", message, { cause }));
    }
  }

  #receive(reply: ProverReply): void {
    const job = this.#running;
    if (job === undefined || reply.id !== job.id) return;
    if (reply.type === "progress") {
      job.options.onProgress?.(reply.progress);
      return;
    }
    this.#running = undefined;
    if (reply.type === "done") job.resolve(reply.result);
    else if (job.options.signal?.aborted === true) job.reject(job.options.signal.reason);
    else job.reject(new ProofError(reply.code, reply.message));
    this.#startNext();
  }

  #startNext(): void {
    if (this.#running !== undefined || this.#closed) return;
    this.#running = this.#queue.shift();
    if (this.#running === undefined) {
      const { idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = this.#options;
      if (this.#thread !== undefined) this.#idleTimer = setTimeout(() => void this.#stopThread(), idleTimeoutMs).unref();
      this.#thread?.unref();
      return;
    }
    clearTimeout(this.#idleTimer);
    this.#thread ??= this.#startThread();
    this.#thread.ref();
    this.#send({ type: "prove", id: this.#running.id, job: this.#running.job });
  }

  async #stopThread(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#thread;
    this.#thread = undefined;
    await worker?.terminate();
  }

  #abort(job: QueuedJob): void {
    const position = this.#queue.indexOf(job);
    if (position >= 0) {
      this.#queue.splice(position, 1);
      job.reject(job.options.signal?.reason);
    } else if (this.#running === job) {
      this.#send({ type: "cancel", id: job.id });
    }
  }
}

/** Starts nothing until the first job. */
export function createProver(options: ProverOptions = {}, dependencies: ProverDependencies = {}): Prover {
  return new ThreadProver(options, dependencies);
}

function queuedAgain(job: QueuedJob): QueuedJob {
  job.options.onProgress?.({ phase: "queued", fraction: 0 });
  return job;
}
