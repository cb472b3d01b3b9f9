import type { Worker } from "node:worker_threads";
import type { CardSetup } from "../../devices/card-setup.ts";
import { defaultIdleTimeoutMs, type DeviceChoice } from "../../devices/device-choice.ts";
import { NamedError } from "../../../ground/errors/named-error.ts";
import { GuardedWorker } from "../../../ground/runtime/guarded-worker.ts";
import { JobThread } from "../../../ground/runtime/job-thread.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import type { ChunkEnds } from "./chunk-statement.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { UnprovenExecution } from "./unproven-execution.ts";
import { ExecutionProofError } from "./execution-proof-error.ts";
import type {
  AskedChunk,
  ExecutionAnswer,
  ExecutionFailure,
  ExecutionJob,
  ExecutionThreadSetup,
  KeyedBatch,
} from "./execution-requests.ts";
import type { CrowdedChunk } from "./filling-requests.ts";
import type { ChunkOptions, ChunkProgress, MadeChunk, PlanOptions } from "./proven-execution.ts";
import type { VerifiedExecution } from "./verify-execution.ts";

export interface ExecutionProverOptions {
  /** Threads that compute; default: all cores. */
  readonly workers?: number;
  /** Time after which an idle prover ends its thread and frees its memory. Default 10,000; longer with a card. */
  readonly idleTimeoutMs?: number;
  /** Default: the protocol version's. */
  readonly parameters?: ProofParameters;
  /** NOT SECURE: for tests with small parameters. */
  readonly acceptsWeakParameters?: boolean;
  /** Cells that a chunk may have. Default: `MAX_CELLS`. */
  readonly mostCells?: number;
  /** Device for its proofs besides WebAssembly, which alone makes them by default. */
  readonly device?: DeviceChoice | undefined;
}

/**
 * Makes and checks proofs of execution outside the calling thread: chunks one at a time, in the order of the calls, and
 * everything else concurrently.
 */
export interface ExecutionProver {
  /**
   * Makes ready what the first proof of a batch of this protocol version would have to wait for some seconds. It stays for as
   * long as an idle prover keeps its thread. Rejects with ExecutionProverError.
   */
  prepare(protocolVersion: bigint): Promise<void>;
  /**
   * Cuts a batch into chunks that can be proven apart, or says why it has no proof. Rejects with ExecutionProverError, or with
   * the signal's reason when aborted.
   */
  plan(
    witness: ExecutionWitness,
    claim: ExecutionClaim,
    options?: Omit<PlanOptions, "mostCells">,
  ): Promise<KeyedBatch | UnprovenExecution>;
  /** Proves a chunk, or says why its batch is to be cut otherwise or has no proof. Rejects as `plan`. */
  proveChunk(
    chunk: AskedChunk,
    options?: Omit<ChunkOptions, "segmentCells">,
  ): Promise<MadeChunk | CrowdedChunk | UnprovenExecution>;
  /** Why a chunk's proof is refused; undefined where it holds. Rejects as `plan`. */
  checkChunk(protocolVersion: bigint, ends: ChunkEnds, proof: Uint8Array): Promise<string | undefined>;
  /** Rejects with ExecutionProofError for a proof that is not accepted. */
  verify(claim: ExecutionClaim, proof: Uint8Array): Promise<VerifiedExecution>;
  /** Rejects what waits, and ends the thread. Safe to call twice. */
  close(): Promise<void>;
}

/** The thread was lost in the middle of a proof, or the prover was closed. */
export class ExecutionProverError extends NamedError<"ThreadLost" | "Stopped" | "Fault"> {
  override readonly name = "ExecutionProverError";
}

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./execution-thread.ts" : "./execution-thread.js", import.meta.url);

/** Starts nothing until it is asked for something. */
export function createExecutionProver(options: ExecutionProverOptions = {}): ExecutionProver {
  const { workers, parameters, acceptsWeakParameters = false, mostCells, device } = options;
  const { idleTimeoutMs = defaultIdleTimeoutMs(device) } = options;
  const thread = new JobThread<ExecutionJob, ExecutionAnswer, ChunkProgress, ExecutionFailure>({
    startThread() {
      const setup = { workers, parameters, acceptsWeakParameters, mostCells };
      const begin = (card?: CardSetup): Worker =>
        new GuardedWorker(threadFile, { workerData: { ...setup, card } satisfies ExecutionThreadSetup });
      return device === undefined ? begin() : device.start(begin);
    },
    endThread: device === undefined ? undefined : (ended) => device.end(ended),
    idleTimeoutMs,
    mostLostThreads: 1,
    mostAtOnce: Infinity,
    queued: { phase: "trace", fraction: 0 },
    errors: {
      closed: () => new ExecutionProverError("Stopped", "this prover is closed; create a new one"),
      stopped: () => new ExecutionProverError("Stopped", "the prover was closed before the proof was finished"),
      lost: (_threads, cause) => new ExecutionProverError("ThreadLost", `the proving thread was lost: ${cause.message}`),
      failed: (failure) =>
        failure.kind === "refused"
          ? new ExecutionProofError(failure.code, failure.message)
          : new ExecutionProverError("Fault", `the proof could not be made: ${failure.reason}`),
    },
  });
  return {
    prepare: async (protocolVersion) => void (await thread.run({ type: "prepare", protocolVersion })),
    plan: async (witness, claim, { signal, cuts } = {}) =>
      (await thread.run({ type: "plan", witness, claim, cuts }, { signal })) as KeyedBatch | UnprovenExecution,
    proveChunk: async (chunk, options) =>
      (await thread.run({ type: "chunk", chunk }, options)) as MadeChunk | CrowdedChunk | UnprovenExecution,
    checkChunk: async (protocolVersion, ends, proof) =>
      (await thread.run({ type: "check", protocolVersion, ends, proof })) as string | undefined,
    verify: async (claim, proof) => (await thread.run({ type: "verify", claim, proof })) as VerifiedExecution,
    close: () => thread.close(),
  };
}
