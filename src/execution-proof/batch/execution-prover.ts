import { Worker } from "node:worker_threads";
import { NamedError } from "../../errors/named-error.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import type { ProofParameters } from "../../stark/parameters.ts";
import type { BatchWitness } from "./batch-witness.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { LabelledExecution } from "./execution-label.ts";
import { ExecutionProofError } from "./execution-proof-error.ts";
import type { Answer, ExecutionReply, ExecutionRequest, ExecutionThreadSetup } from "./execution-requests.ts";
import type { ExecutionProgress, ProvenExecution } from "./proven-execution.ts";
import type { VerifiedExecution } from "./verify-execution.ts";

export interface ExecutionProverOptions {
  /** Threads that compute; default: all cores. */
  readonly workers?: number;
  /** How long an idle prover keeps its thread and memory before it gives them back. Default 10,000. */
  readonly idleTimeoutMs?: number;
  /** Default: `executionParameters()`. */
  readonly parameters?: ProofParameters;
  /** NOT SECURE: for tests with small parameters. */
  readonly acceptsWeakParameters?: boolean;
  /** Cells that a chunk may have. Default: `MOST_CELLS`. */
  readonly mostCells?: number;
}

export interface ProveOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ExecutionProgress) => void;
}

/** Makes and checks proofs of batches' executions off the calling thread: one at a time, in the order of the calls. */
export interface ExecutionProver {
  /** Rejects with ExecutionProverError, or with the signal's reason when aborted. */
  prove(witness: BatchWitness, claim: ExecutionClaim, options?: ProveOptions): Promise<ProvenExecution | LabelledExecution>;
  /** Rejects with ExecutionProofError for a proof that is not accepted. */
  verify(claim: ExecutionClaim, proof: Uint8Array): Promise<VerifiedExecution>;
  /** Rejects what waits, and ends the thread. Safe to call twice. */
  close(): Promise<void>;
}

/** The thread was lost in the middle of a proof, or the prover was closed. */
export class ExecutionProverError extends NamedError<"ThreadLost" | "Stopped" | "Fault"> {
  override readonly name = "ExecutionProverError";
}

/** A request that has no answer yet. */
interface Waiting {
  readonly request: ExecutionRequest;
  readonly onProgress: ProveOptions["onProgress"];
  readonly resolve: (result: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./execution-thread.ts" : "./execution-thread.js", import.meta.url);

/** Starts nothing until it is asked for something. */
export function createExecutionProver(options: ExecutionProverOptions = {}): ExecutionProver {
  return new ThreadedProver(options);
}

class ThreadedProver implements ExecutionProver {
  readonly #options: ExecutionProverOptions;
  /** The first is under way. */
  readonly #waiting: Waiting[] = [];
  #thread: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #nextId = 0;

  constructor(options: ExecutionProverOptions) {
    this.#options = options;
  }

  async prove(
    witness: BatchWitness,
    claim: ExecutionClaim,
    { signal, onProgress }: ProveOptions = {},
  ): Promise<ProvenExecution | LabelledExecution> {
    signal?.throwIfAborted();
    const id = this.#nextId++;
    const abort = (): void => this.#abort(id, signal?.reason);
    signal?.addEventListener("abort", abort);
    try {
      return (await this.#ask({ id, type: "prove", witness, claim }, onProgress)) as ProvenExecution | LabelledExecution;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async verify(claim: ExecutionClaim, proof: Uint8Array): Promise<VerifiedExecution> {
    return (await this.#ask({ id: this.#nextId++, type: "verify", claim, proof })) as VerifiedExecution;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const stopped = new ExecutionProverError("Stopped", "the prover was closed before the proof was finished");
    for (const { reject } of this.#waiting.splice(0)) reject(stopped);
    await this.#stop();
  }

  #ask(request: ExecutionRequest, onProgress?: ProveOptions["onProgress"]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new ExecutionProverError("Stopped", "this prover is closed; create a new one"));
      this.#waiting.push({ request, onProgress, resolve, reject });
      onProgress?.({ chunk: 0, chunks: 1, phase: "queued", fraction: 0 });
      if (this.#waiting.length === 1) this.#begin();
    });
  }

  #begin(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#idleTimer = setTimeout(() => void this.#stop(), this.#options.idleTimeoutMs ?? 10_000).unref();
      this.#thread?.unref();
      return;
    }
    clearTimeout(this.#idleTimer);
    this.#thread ??= this.#start();
    this.#thread.ref();
    this.#thread.postMessage(first.request);
  }

  #start(): Worker {
    const { workers, parameters, acceptsWeakParameters = false, mostCells } = this.#options;
    const setup: ExecutionThreadSetup = { workers, parameters, acceptsWeakParameters, mostCells };
    const thread = new Worker(threadFile, { workerData: setup });
    // A thread that was given up may still have replies on their way.
    thread.on("message", (reply: ExecutionReply) => this.#thread === thread && this.#receive(reply));
    thread.on("error", (error) => this.#lost(thread, reasonOf(error)));
    thread.on("exit", (code) => this.#lost(thread, `it ended with code ${code}`));
    return thread;
  }

  #receive(reply: ExecutionReply): void {
    const [first] = this.#waiting;
    if (first === undefined || reply.id !== first.request.id) return;
    if (reply.type === "progress") return first.onProgress?.(reply.progress);
    this.#waiting.shift();
    if (reply.type === "done") first.resolve(reply.result);
    else if (reply.type === "refused") first.reject(new ExecutionProofError(reply.code, reply.message));
    else first.reject(new ExecutionProverError("Fault", `the proof could not be made: ${reply.reason}`));
    this.#begin();
  }

  #lost(thread: Worker, reason: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#waiting.shift()?.reject(new ExecutionProverError("ThreadLost", `the proving thread was lost: ${reason}`));
    if (this.#waiting.length > 0) this.#begin();
  }

  #abort(id: number, reason: unknown): void {
    const at = this.#waiting.findIndex(({ request }) => request.id === id);
    // What is under way ends by itself; its answer is not waited for.
    if (at === 0) this.#thread?.postMessage({ id, type: "cancel" } satisfies ExecutionRequest);
    if (at > 0) this.#waiting.splice(at, 1)[0]?.reject(reason);
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }
}
