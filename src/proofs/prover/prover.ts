import { Worker, type WorkerOptions } from "node:worker_threads";
import type { CardSetup } from "../devices/card-setup.ts";
import { defaultIdleTimeoutMs, type DeviceChoice } from "../devices/device-choice.ts";
import { JobThread } from "../../ground/runtime/job-thread.ts";
import { ProofError, type BatchProof, type ProofFailure, type ProofOptions, type ProofProgress, type StateJob } from "./job.ts";
import { encodeStateInput } from "./encode-state-input.ts";

/** Proves batches. */
export interface Prover {
  /**
   * Rejects with ProofError, or with the signal's reason when aborted. A job whose prover is lost is begun again by another one:
   * its progress starts over.
   */
  proveBatch(job: StateJob, options?: ProofOptions): Promise<BatchProof>;
  /** Rejects what is queued with `ProverStopped` and ends the threads. Safe to call twice. */
  close(): Promise<void>;
}

/** Makes batch proofs off the calling thread, one at a time, in the order in which they were asked for. */
export interface StateProver extends Prover {
  /** Proves a job that is bytes already (`encodeStateInput`). Rejects as `proveBatch`. */
  proveInput(input: Uint8Array, options?: ProofOptions): Promise<BatchProof>;
}

interface ProverOptions {
  /** Threads that compute; default: all cores. */
  readonly workers?: number;
  /** Time for which an idle prover retains its threads and memory. Default 10,000; longer with a card. */
  readonly idleTimeoutMs?: number;
  /** Device for proofs in addition to WebAssembly, which alone makes them by default. */
  readonly device?: DeviceChoice | undefined;
}

interface ProverDependencies {
  /** Starts the thread that runs `prover-thread.ts`, or an altered one in tests. */
  readonly startThread?: (file: URL, options: WorkerOptions) => Worker;
}

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./prover-thread.ts" : "./prover-thread.js", import.meta.url);

/**
 * Maximum new objects of the thread before they are collected. V8's default is 192 MiB, which a busy thread
 * touches in full.
 */
const MAX_NEW_OBJECTS_MIB = 48;

/**
 * Maximum threads lost with one job, because the job would most likely cause the loss of the next one too.
 */
const MAX_LOST_THREADS = 3;

/** Starts nothing until the first job. */
export function createProver(
  { workers, device, idleTimeoutMs = defaultIdleTimeoutMs(device) }: ProverOptions = {},
  { startThread = (file, options) => new Worker(file, options) }: ProverDependencies = {},
): StateProver {
  const resourceLimits = { maxYoungGenerationSizeMb: MAX_NEW_OBJECTS_MIB };
  const thread = new JobThread<Uint8Array, BatchProof, ProofProgress, ProofFailure>({
    startThread() {
      const begin = (card?: CardSetup): Worker => startThread(threadFile, { workerData: { workers, card }, resourceLimits });
      return device === undefined ? begin() : device.start(begin);
    },
    endThread: device === undefined ? undefined : (ended) => device.end(ended),
    idleTimeoutMs,
    mostLostThreads: MAX_LOST_THREADS,
    queued: { phase: "queued", fraction: 0 },
    errors: {
      closed: () => new ProofError("ProverStopped", "this prover is closed; create a new one"),
      stopped: () => new ProofError("ProverStopped", "the prover was closed before the proof was finished"),
      lost(threads, cause) {
        const message = `${threads} threads were lost in the middle of the proof, the last one because: ${cause.message}`;
        return new ProofError("ProverThreadLost", message, { cause });
      },
      failed: ({ code, message }) => new ProofError(code, message),
    },
  });
  const proveInput: StateProver["proveInput"] = (input, options) => thread.run(input, options);
  return {
    proveInput,
    proveBatch: async (job, options) => proveInput(await encodeStateInput(job), options),
    close: () => thread.close(),
  };
}
