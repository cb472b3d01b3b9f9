import type { Worker } from "node:worker_threads";
import type { CardSetup } from "../devices/card-setup.ts";
import type { DeviceChoice } from "../devices/device-choice.ts";
import type { LastProof } from "../../ground/protocol/last-proof.ts";
import { GuardedWorker } from "../../ground/runtime/guarded-worker.ts";
import { JobThread } from "../../ground/runtime/job-thread.ts";
import type { ChosenPrograms } from "./described-programs.ts";
import type { BatchForL1 } from "./batch-for-l1.ts";
import type { HubForL1 } from "./hub-for-l1.ts";
import { L1ProofError } from "./l1-proof-error.ts";
import type { AskedL1Proof, KeyedPlan, L1ProofProgress, MadeL1Proof } from "./l1-proving.ts";
import type { L1ProofAnswer, L1ProofFailure, L1ProofJob, L1ThreadSetup } from "./l1-requests.ts";

interface PlanOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Plans, makes and checks proofs on the way to L1 off the calling thread. */
export interface L1Prover {
  /** The proofs for batches of one version, in order, up to this last one; with steps, for a hub. Rejects with L1ProofError. */
  plan(
    batches: readonly BatchForL1[],
    last: LastProof,
    options?: PlanOptions & { readonly hub?: HubForL1 | undefined },
  ): Promise<KeyedPlan>;
  /** Makes one of them, verified. Rejects with L1ProofError, or with the signal's reason when aborted. */
  make(
    request: AskedL1Proof,
    options?: PlanOptions & { readonly onProgress?: (progress: L1ProofProgress) => void },
  ): Promise<MadeL1Proof>;
  /** Why a proof does not show a statement; undefined where it does. */
  check(program: string, statement: Uint8Array, proof: Uint8Array): Promise<string | undefined>;
  /** Rejects what waits, and ends the thread. Safe to call twice. */
  close(): Promise<void>;
}

interface L1ProverOptions {
  /** Threads that compute; default: all cores. */
  readonly workers?: number | undefined;
  /** The programs that proofs are made by. */
  readonly programs: ChosenPrograms;
  /**
   * Time after which an idle prover ends its thread and frees its memory. Default 5 minutes: its programs take some seconds
   * to make.
   */
  readonly idleTimeoutMs?: number;
  /** Device for proofs in addition to WebAssembly. Default: WebAssembly alone. */
  readonly device?: DeviceChoice | undefined;
}

const IDLE_MS = 300_000;

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has this file's own extension. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./l1-proof-thread.ts" : "./l1-proof-thread.js", import.meta.url);

/** Starts nothing until it is asked for something. */
export function createL1Prover({ workers, programs, device, idleTimeoutMs = IDLE_MS }: L1ProverOptions): L1Prover {
  const start = (card?: CardSetup): Worker =>
    new GuardedWorker(threadFile, { workerData: { workers, programs, card } satisfies L1ThreadSetup });
  const thread = new JobThread<L1ProofJob, L1ProofAnswer, L1ProofProgress, L1ProofFailure>({
    startThread: () => (device === undefined ? start() : device.start(start)),
    endThread: device === undefined ? undefined : (ended) => device.end(ended),
    idleTimeoutMs,
    mostLostThreads: 1,
    mostAtOnce: Infinity,
    queued: { phase: "trace", fraction: 0 },
    errors: {
      closed: () => new L1ProofError("Stopped", "this prover is closed; create a new one"),
      stopped: () => new L1ProofError("Stopped", "the prover was closed before the proof was finished"),
      lost: (_threads, cause) => new L1ProofError("ThreadLost", `the proving thread was lost: ${cause.message}`),
      failed: (failure) =>
        failure.kind === "refused"
          ? new L1ProofError(failure.code, failure.message)
          : new L1ProofError("Fault", `the proof could not be made: ${failure.reason}`),
    },
  });
  return {
    plan: async (batches, last, { hub, ...options } = {}) =>
      (await thread.run({ type: "plan", batches, last, hub }, options)) as KeyedPlan,
    make: async (request, options) => (await thread.run({ type: "make", request }, options)) as MadeL1Proof,
    check: async (program, statement, proof) =>
      (await thread.run({ type: "check", program, statement, proof })) as string | undefined,
    close: () => thread.close(),
  };
}
