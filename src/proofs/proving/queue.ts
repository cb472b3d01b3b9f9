import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { ProofProgress } from "../prover/job.ts";
import type { BlobStore } from "./blobs.ts";
import type { JobId, JobKind, MadeProof, ProofDone, ProofTask, WorkerProgress } from "./job.ts";

/** Carries jobs to provers and proofs back, in this process or beyond it. */
export interface JobQueue {
  /** Resolves once the job is in the queue: a full one, or one that is out of reach, keeps offers waiting. */
  offer(offer: JobOffer): Promise<OpenOffer>;
  /** Lets a prover work on the queue's jobs, until it is stopped. */
  work(port: ProverPort, options: WorkOptions): Running;
}

/** A task, and what its proof is held against. */
export interface JobOffer extends ProofTask {
  readonly chain: ChainId;
  /** Required statement of the proof. */
  readonly statement: Uint8Array;
  /** Why a proof of that statement does not hold; undefined where it does. */
  readonly check: (output: Uint8Array) => Promise<string | undefined>;
  readonly onProgress?: (progress: ProofProgress) => void;
}

/** An offer that a queue has taken. Offers of one job share its proof. */
export interface OpenOffer {
  /**
   * Resolves with the proof once it counts; its output is kept until all offers of the job are withdrawn. Rejects with what
   * failed in this process, or with ProofError.
   */
  readonly done: Promise<ProofDone>;
  /** Withdraws an offer, or a received proof. Repetitions have no effect. */
  withdraw(): Promise<void>;
}

/** Prover of jobs. */
export interface ProverPort {
  readonly kinds: readonly JobKind[];
  /** Tasks that it has at a time: it makes ready the second while it proves the first. Default 1. */
  readonly atOnce?: number;
  /** Rejects with what failed, or with the signal's reason when aborted. */
  prove(task: ProofTask, blobs: Pick<BlobStore, "get">, options: PortOptions): Promise<MadeProof>;
}

/** Number of tasks that a port works on at a time for a worker. */
export function handsOf({ atOnce = 1 }: ProverPort, { once = false }: WorkOptions): number {
  return once ? 1 : atOnce;
}

/** Signal that ends a proof, and the callback for its progress. */
export interface PortOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ProofProgress) => void;
}

/** Options of a worker that takes jobs of a queue. */
export interface WorkOptions {
  /** Name of the worker. */
  readonly name: string;
  /**
   * True if it is this software, in the process that offers: its proofs count without a check. It gets the tasks that no
   * other worker waits for, and those at which others have failed. Default false.
   */
  readonly isOwn?: boolean;
  /** Whether it ends after one proof. Default false. */
  readonly once?: boolean;
  readonly onEvent?: (event: WorkerEvent) => void;
}

/** Event of a worker. */
export type WorkerEvent =
  /** The queue does not answer, or has too many workers: the worker retries. Sent once for each reason. */
  | { readonly type: "waiting"; readonly reason: string }
  | { readonly type: "task"; readonly id: JobId }
  | { readonly type: "progress"; readonly id: JobId; readonly progress: ProofProgress }
  | { readonly type: "proved"; readonly id: JobId; readonly bytes: number; readonly seconds: number }
  /** The proof is obsolete, or could not be made, or was refused. */
  | { readonly type: "dropped"; readonly id: JobId; readonly reason: string };

/** Work that continues until it is stopped. */
export interface Running {
  /** Resolves, or rejects, when it has ended without `stop`. */
  readonly ended: Promise<void>;
  /** Returns unfinished tasks, and resolves when nothing is pending. */
  stop(): Promise<void>;
}

/** A worker's right to make one proof, for as long as it says in time that it is at it. */
export interface Lease {
  /** Known to this worker alone. */
  readonly id: Hex;
  readonly task: ProofTask;
  /** Milliseconds within which the worker must report again. */
  readonly leaseMs: number;
  /** Aborted when the lease ends. */
  readonly signal: AbortSignal;
}

/** The side of a queue in memory that lends its jobs to workers, whatever carries them. Rejections are FleetError. */
export interface JobLeases {
  /** Waits for a task, and resolves with undefined where the signal is aborted before there is one. */
  take(worker: LeasingWorker, signal: AbortSignal): Promise<Lease | undefined>;
  /** Extends a lease. Throws LeaseLost: the worker should stop. Only progress beyond all earlier reports is passed on. */
  extend(leaseId: Hex, progress: WorkerProgress): void;
  /** Checks the proof. Rejects with LeaseLost, or with ProofRefused where it does not hold: the task is given out again. */
  complete(leaseId: Hex, worker: string, proof: MadeProof): Promise<void>;
  /** The worker will not finish: the task is given out again. */
  giveBack(leaseId: Hex): void;
}

/** Worker that requests a task. */
export interface LeasingWorker {
  readonly name: string;
  readonly kinds: readonly JobKind[];
  readonly isOwn?: boolean;
}
