import { randomBytes } from "node:crypto";
import { createStateTransitionSystem } from "../circuits/state-transition/state-transition-system.ts";
import { toHex } from "../protocol/hex.ts";
import { encodeStatement } from "../protocol/statement.ts";
import { ProofError } from "../prover/job.ts";
import type { BatchProof, ProofJob, ProofMetrics, ProofOptions } from "../prover/job.ts";
import type { Prover } from "../prover/prover.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ProofPhase } from "../stark/column-prover.ts";
import { verify } from "../stark/verify.ts";
import { FleetError } from "./fleet-error.ts";
import { encodeTask, MAX_PROOF_BYTES, MAX_TASK_BYTES } from "./proof-task.ts";
import type { ProofTask } from "./proof-task.ts";
import { PHASES } from "./wire.ts";
import { WorkerRecords } from "./worker-record.ts";
import type { WorkerInfo } from "./worker-record.ts";

/** A worker's right to make one proof, for as long as it says in time that it is at it. */
interface Lease {
  /** Known to this worker alone. */
  readonly id: string;
  readonly task: ProofTask;
  /** Within so many milliseconds the worker must be heard of again. */
  readonly leaseMs: number;
}

/** How far a worker says to be. */
export interface WorkerProgress {
  readonly phase: ProofPhase;
  /** Part of this phase that is done, 0…1. */
  readonly fraction: number;
}

/** What a worker says of how it made a proof. Nothing of it is checked. */
export type ReportedMetrics = Pick<ProofMetrics, "backend" | "workers" | "logRows" | "cells" | "phaseSeconds">;

/**
 * The port to workers: whatever carries tasks to them (HTTP in this package, a queue elsewhere) calls these. A worker is
 * named as it calls itself. Rejections are FleetError.
 */
export interface FleetPort {
  /** Waits for a task, and resolves with undefined where the signal is aborted before there is one. */
  take(worker: string, signal: AbortSignal): Promise<Lease | undefined>;
  /** The worker is at it. Rejects with LeaseLost: it should stop. Only what is further than all it said before is told. */
  extend(leaseId: string, progress: WorkerProgress): void;
  /** Verifies the proof. Rejects with LeaseLost, or with ProofRefused where it does not hold: the task is given out again. */
  done(leaseId: string, worker: string, proof: Uint8Array, metrics: ReportedMetrics): void;
  /** The worker will not finish: the task is given out again. */
  giveBack(leaseId: string): void;
}

/** Proves in this process, and on every worker that asks for a task. */
export interface Fleet extends Prover, FleetPort {
  workers(): readonly WorkerInfo[];
}

interface FleetOptions {
  /** Default 30 seconds. */
  readonly leaseMs?: number;
}

interface FleetDependencies {
  /** Proves what no worker takes. Closed with the fleet. */
  readonly local: Prover;
  readonly clock: Clock;
}

interface QueuedTask {
  readonly job: ProofJob;
  readonly options: ProofOptions;
  readonly resolve: (proof: BatchProof) => void;
  readonly reject: (reason: unknown) => void;
  /** Leases that brought no proof. */
  failures: number;
}

interface RunningLease {
  readonly task: QueuedTask;
  readonly worker: string;
  readonly since: number;
  /** The furthest that it has said to be. */
  furthest: WorkerProgress;
  cancelExpiry: () => void;
}

interface WaitingWorker {
  readonly name: string;
  readonly resolve: (lease: Lease | undefined) => void;
}

const LEASE_MS = 30_000;
/** From then on a task is proven in this process: workers that fail or lie delay a proof and never prevent it. */
const MAX_FAILURES = 2;
/** A worker that is at it for longer has failed. */
const MAX_PROOF_MS = 900_000;
const MAX_WAITING_WORKERS = 64;

/**
 * A prover whose tasks workers take. Where none waits they are proven in this process, one at a time, and those behind go to
 * the first worker that is free. No proof counts before it is verified here.
 */
export function createFleet(options: FleetOptions, dependencies: FleetDependencies): Fleet {
  return new LeasingFleet(options, dependencies);
}

class LeasingFleet implements Fleet {
  readonly #leaseMs: number;
  readonly #local: Prover;
  readonly #clock: Clock;
  readonly #system = createStateTransitionSystem();
  readonly #records = new WorkerRecords();
  /** In the order in which they are wanted. */
  #queue: QueuedTask[] = [];
  readonly #waiting: WaitingWorker[] = [];
  readonly #leases = new Map<string, RunningLease>();
  #isProving = false;
  #isClosed = false;

  constructor({ leaseMs = LEASE_MS }: FleetOptions, { local, clock }: FleetDependencies) {
    this.#leaseMs = leaseMs;
    this.#local = local;
    this.#clock = clock;
  }

  proveBatch(job: ProofJob, options: ProofOptions = {}): Promise<BatchProof> {
    if (this.#isClosed) return Promise.reject(new ProofError("ProverStopped", "this prover is closed; create a new one"));
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#withdraw(task);
        task.reject(signal?.reason);
      };
      const settled = (): void => signal?.removeEventListener("abort", onAbort);
      const task: QueuedTask = {
        job,
        options,
        failures: 0,
        resolve: (proof) => (settled(), resolve(proof)),
        reject: (reason) => (settled(), reject(reason)),
      };
      signal?.addEventListener("abort", onAbort);
      this.#queue.push(task);
      this.#giveOut();
    });
  }

  async take(name: string, signal: AbortSignal): Promise<Lease | undefined> {
    if (this.#isClosed || signal.aborted) return undefined;
    const until = this.#records.pausedUntil(name, this.#clock.nowMs());
    if (until !== undefined) {
      const message = `proofs of "${name}" did not hold: it may ask again at ${new Date(until).toISOString()}; check that it runs this version`;
      throw new FleetError("WorkerPaused", message);
    }
    if (this.#waiting.length >= MAX_WAITING_WORKERS)
      throw new FleetError("TooManyWorkers", `${MAX_WAITING_WORKERS} workers wait for a task; ask again later`);
    this.#records.seen(name);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(worker), 1);
        resolve(undefined);
      };
      const worker: WaitingWorker = {
        name,
        resolve(lease) {
          signal.removeEventListener("abort", leave);
          resolve(lease);
        },
      };
      signal.addEventListener("abort", leave);
      this.#waiting.push(worker);
      this.#giveOut();
    });
  }

  extend(leaseId: string, progress: WorkerProgress): void {
    const lease = this.#lease(leaseId);
    if (this.#clock.nowMs() - lease.since > MAX_PROOF_MS) {
      this.#fail(leaseId, lease);
      throw new FleetError("LeaseLost", `no proof after ${MAX_PROOF_MS / 60_000} minutes: the task is given out again`);
    }
    lease.cancelExpiry();
    lease.cancelExpiry = this.#expireLater(leaseId, lease);
    // A worker whose own prover begins again says less than before, and one that lies says anything: others would hear of it
    // without end.
    if (!isFurther(progress, lease.furthest)) return;
    lease.furthest = progress;
    lease.task.options.onProgress?.({ ...progress, worker: lease.worker });
  }

  done(leaseId: string, worker: string, proof: Uint8Array, metrics: ReportedMetrics): void {
    if (!this.#leases.has(leaseId)) this.#records.late(worker);
    const lease = this.#lease(leaseId);
    const { task, since } = lease;
    const statement = encodeStatement(task.job.statement);
    const refusal = this.#refusalOf(statement, proof);
    if (refusal !== undefined) {
      this.#records.lied(lease.worker, this.#clock.nowMs());
      this.#fail(leaseId, lease);
      throw new FleetError("ProofRefused", `the proof does not hold (${refusal}): the task is given out again`);
    }
    const seconds = (this.#clock.nowMs() - since) / 1000;
    this.#records.proved(lease.worker, seconds);
    this.#end(leaseId, lease);
    task.resolve({ proof, statement, metrics: { ...metrics, seconds, worker: lease.worker } });
  }

  giveBack(leaseId: string): void {
    this.#fail(leaseId, this.#lease(leaseId));
  }

  workers(): readonly WorkerInfo[] {
    return this.#records.all(this.#clock.nowMs());
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const stopped = new ProofError("ProverStopped", "the prover was closed before the proof was finished");
    for (const { resolve } of this.#waiting.splice(0)) resolve(undefined);
    for (const [id, lease] of [...this.#leases]) {
      this.#end(id, lease);
      lease.task.reject(stopped);
    }
    for (const task of this.#queue.splice(0)) task.reject(stopped);
    await this.#local.close();
  }

  /** Each task to the first that is free: a worker that waits, else this process. */
  #giveOut(): void {
    const left: QueuedTask[] = [];
    for (const task of this.#queue.splice(0)) {
      if (this.#lend(task)) continue;
      if (this.#isProving) left.push(task);
      else void this.#proveHere(task);
    }
    this.#queue = left;
  }

  /** False where no worker may have it. */
  #lend(task: QueuedTask): boolean {
    if (task.failures >= MAX_FAILURES || this.#waiting.length === 0) return false;
    const encoded = encodeTask(task.job);
    if (encoded.bytes.length > MAX_TASK_BYTES) return false;
    const worker = this.#waiting.shift();
    if (worker === undefined) return false;
    const id = toHex(randomBytes(16));
    const begun: WorkerProgress = { phase: "trace", fraction: 0 };
    const lease: RunningLease = {
      task,
      worker: worker.name,
      since: this.#clock.nowMs(),
      furthest: begun,
      cancelExpiry: () => undefined,
    };
    lease.cancelExpiry = this.#expireLater(id, lease);
    this.#leases.set(id, lease);
    worker.resolve({ id, task: encoded, leaseMs: this.#leaseMs });
    task.options.onProgress?.({ ...begun, worker: worker.name });
    return true;
  }

  async #proveHere({ job, options, resolve, reject }: QueuedTask): Promise<void> {
    this.#isProving = true;
    await this.#local.proveBatch(job, options).then(resolve, reject);
    this.#isProving = false;
    if (!this.#isClosed) this.#giveOut();
  }

  #expireLater(id: string, lease: RunningLease): () => void {
    return this.#clock.after(this.#leaseMs, () => this.#fail(id, lease));
  }

  /** The task is wanted still, and before those that came after it. */
  #fail(id: string, lease: RunningLease): void {
    this.#records.lost(lease.worker);
    this.#end(id, lease);
    lease.task.failures++;
    lease.task.options.onProgress?.({ phase: "queued", fraction: 0 });
    this.#queue.unshift(lease.task);
    this.#giveOut();
  }

  #end(id: string, lease: RunningLease): void {
    lease.cancelExpiry();
    this.#leases.delete(id);
  }

  /** Of a task that is wanted no more. */
  #withdraw(task: QueuedTask): void {
    this.#queue = this.#queue.filter((other) => other !== task);
    for (const [id, lease] of this.#leases) if (lease.task === task) this.#end(id, lease);
  }

  #lease(id: string): RunningLease {
    const lease = this.#leases.get(id);
    if (lease === undefined)
      throw new FleetError("LeaseLost", "the task is another worker's, done, or needed no more; ask for the next one");
    return lease;
  }

  /** Why a proof does not hold; undefined where it does. */
  #refusalOf(statement: Uint8Array, proof: Uint8Array): string | undefined {
    if (proof.length > MAX_PROOF_BYTES) return `it has ${proof.length} bytes, at most ${MAX_PROOF_BYTES}`;
    const outcome = verify(this.#system, statement, proof);
    return outcome.ok ? undefined : outcome.rejection.code;
  }
}

/** Strictly. The end of a phase and the start of the next are two places, so their sum would not tell them apart. */
function isFurther({ phase, fraction }: WorkerProgress, than: WorkerProgress): boolean {
  const phases = PHASES.indexOf(phase) - PHASES.indexOf(than.phase);
  return phases > 0 || (phases === 0 && fraction > than.fraction);
}
