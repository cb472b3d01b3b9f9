import type { Worker } from "node:worker_threads";

/** Reply of a thread to its owner: progress, result or failure of a job. */
export type ThreadReply<Result, Progress, Failure> =
  | { readonly type: "progress"; readonly id: number; readonly progress: Progress }
  | { readonly type: "done"; readonly id: number; readonly result: Result }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure };

/** From the owner to its thread. */
export type ThreadRequest<Job> =
  | { readonly type: "job"; readonly id: number; readonly job: Job }
  | { readonly type: "cancel"; readonly id: number };

interface JobThreadOptions<Progress, Failure> {
  readonly startThread: () => Worker;
  /** Ends one. Default: `terminate`. */
  readonly endThread?: ((thread: Worker) => Promise<unknown>) | undefined;
  /** Time for which an idle thread retains its memory. */
  readonly idleTimeoutMs: number;
  /** Jobs that the thread has at a time. Default 1. */
  readonly mostAtOnce?: number;
  /** Threads that may be lost with a job until it fails; it is begun again until then. */
  readonly mostLostThreads: number;
  /** The progress of a job that waits for another thread. */
  readonly queued: Progress;
  /** Errors with which jobs are rejected. */
  readonly errors: {
    /** For a job that comes after the end. */
    closed(): Error;
    /** For a job that was not finished at the end. */
    stopped(): Error;
    lost(threads: number, cause: Error): Error;
    failed(failure: Failure): Error;
  };
}

interface JobOptions<Progress> {
  /** Aborting rejects the job with the signal's reason and frees what it held. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

interface QueuedJob<Job, Result, Progress> {
  readonly id: number;
  readonly job: Job;
  readonly options: JobOptions<Progress>;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
  /** Threads that were lost while they worked on it. */
  lostThreads: number;
}

/**
 * Runs jobs on one thread, which it starts for the first job and ends after an idle time: one at a time
 * unless the options differ, in the order of their arrival. A job whose thread is lost is restarted on a new
 * one.
 */
export class JobThread<Job, Result, Progress, Failure> {
  readonly #options: JobThreadOptions<Progress, Failure>;
  readonly #queue: QueuedJob<Job, Result, Progress>[] = [];
  readonly #running = new Map<number, QueuedJob<Job, Result, Progress>>();
  #thread: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #nextId = 0;

  constructor(options: JobThreadOptions<Progress, Failure>) {
    this.#options = options;
  }

  /** Rejects with one of the options' errors, or with the signal's reason when aborted. */
  run(job: Job, options: JobOptions<Progress> = {}): Promise<Result> {
    if (this.#closed) return Promise.reject(this.#options.errors.closed());
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise<Result>((resolve, reject) => {
      const onAbort = () => this.#abort(queued);
      const settle = () => signal?.removeEventListener("abort", onAbort);
      const queued: QueuedJob<Job, Result, Progress> = {
        id: this.#nextId++,
        job,
        options,
        resolve: (result) => (settle(), resolve(result)),
        reject: (reason) => (settle(), reject(reason)),
        lostThreads: 0,
      };
      signal?.addEventListener("abort", onAbort);
      this.#queue.push(queued);
      this.#startNext();
    });
  }

  /** Rejects what is not finished, and ends the thread. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const stopped = this.#options.errors.stopped();
    for (const job of this.#queue.splice(0)) job.reject(stopped);
    for (const job of this.#running.values()) job.reject(stopped);
    this.#running.clear();
    await this.#stopThread();
  }

  #startThread(): Worker {
    const worker = this.#options.startThread();
    // A thread that was given up may still have replies on their way.
    worker.on("message", (reply: ThreadReply<Result, Progress, Failure>) => this.#thread === worker && this.#receive(reply));
    worker.on("error", (error) => this.#lostThread(worker, error));
    worker.on("exit", (code) => this.#lostThread(worker, new Error(`the thread ended with code ${code}`)));
    return worker;
  }

  #lostThread(worker: Worker, cause: Error): void {
    if (this.#thread !== worker) return;
    this.#thread = undefined;
    const jobs = [...this.#running.values()];
    this.#running.clear();
    for (const job of jobs.toReversed()) this.#repeat(job, cause);
    this.#startNext();
  }

  /** Puts a job whose thread was lost first in the queue. */
  #repeat(job: QueuedJob<Job, Result, Progress>, cause: Error): void {
    const { errors, mostLostThreads, queued } = this.#options;
    const { signal, onProgress } = job.options;
    job.lostThreads++;
    if (signal?.aborted === true) job.reject(signal.reason);
    else if (job.lostThreads >= mostLostThreads) job.reject(errors.lost(job.lostThreads, cause));
    else {
      onProgress?.(queued);
      this.#queue.unshift(job);
    }
  }

  #receive(reply: ThreadReply<Result, Progress, Failure>): void {
    const job = this.#running.get(reply.id);
    if (job === undefined) return;
    const { signal, onProgress } = job.options;
    if (reply.type === "progress") {
      onProgress?.(reply.progress);
      return;
    }
    this.#running.delete(job.id);
    if (reply.type === "done") job.resolve(reply.result);
    else if (signal?.aborted === true) job.reject(signal.reason);
    else job.reject(this.#options.errors.failed(reply.failure));
    this.#startNext();
  }

  #startNext(): void {
    const { mostAtOnce = 1 } = this.#options;
    while (!this.#closed && this.#running.size < mostAtOnce) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      this.#begin(next);
    }
    if (this.#running.size === 0 && !this.#closed) this.#rest();
  }

  #begin(next: QueuedJob<Job, Result, Progress>): void {
    clearTimeout(this.#idleTimer);
    this.#thread ??= this.#startThread();
    this.#thread.ref();
    const { id, job } = next;
    this.#running.set(id, next);
    this.#thread.postMessage({ type: "job", id, job } satisfies ThreadRequest<Job>);
  }

  /** Ends the thread after a while without jobs. */
  #rest(): void {
    clearTimeout(this.#idleTimer);
    if (this.#thread !== undefined)
      this.#idleTimer = setTimeout(() => void this.#stopThread(), this.#options.idleTimeoutMs).unref();
    this.#thread?.unref();
  }

  async #stopThread(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#thread;
    this.#thread = undefined;
    if (worker === undefined) return;
    const { endThread = (thread) => thread.terminate() } = this.#options;
    await endThread(worker);
  }

  #abort(job: QueuedJob<Job, Result, Progress>): void {
    const position = this.#queue.indexOf(job);
    if (position >= 0) {
      this.#queue.splice(position, 1);
      job.reject(job.options.signal?.reason);
    } else if (this.#running.get(job.id) === job) {
      this.#thread?.postMessage({ type: "cancel", id: job.id } satisfies ThreadRequest<Job>);
    }
  }
}
