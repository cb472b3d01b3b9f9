import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import { ProofError, type ProofProgress } from "../prover/job.ts";
import { type Clock, pauseBy } from "../../ground/runtime/clock.ts";
import type { BlobStore } from "./blobs.ts";
import { FleetError } from "./fleet-error.ts";
import {
  jobId,
  MAX_OUTPUT_BYTES,
  type BlobId,
  type JobId,
  type JobKind,
  type MadeProof,
  type ProofDone,
  type WorkerProgress,
} from "./job.ts";
import {
  type JobLeases,
  type JobOffer,
  type JobQueue,
  type Lease,
  type LeasingWorker,
  type OpenOffer,
  type ProverPort,
  type Running,
  type WorkOptions,
  handsOf,
} from "./queue.ts";
import { refusalOf } from "./refusal.ts";
import { Turns } from "./turns.ts";
import { PHASES } from "./wire.ts";
import { WorkerRecords, type WorkerInfo } from "./worker-record.ts";

interface MemoryQueueOptions {
  /** Default 30 seconds. */
  readonly leaseMs?: number;
  /** Jobs that wait for a worker; further offers wait until there is room. Default 4,096. */
  readonly mostWaiting?: number;
}

interface MemoryQueueDependencies {
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

interface OfferedJob {
  readonly id: JobId;
  /** Offers that request its proof. */
  readonly offers: Set<JobOffer>;
  readonly turn: number;
  readonly outcome: PromiseWithResolvers<ProofDone>;
  standing: "waiting" | "lent" | "over";
  /** Leases that brought no proof. */
  failures: number;
  /** The proof, once it counts. */
  output: BlobId | undefined;
}

interface RunningLease {
  readonly job: OfferedJob;
  readonly worker: LeasingWorker;
  readonly since: number;
  readonly end: AbortController;
  /** The furthest that it has said to be. */
  furthest: WorkerProgress;
  cancelExpiry: () => void;
}

interface WaitingWorker extends LeasingWorker {
  readonly resolve: (lease: Lease | undefined) => void;
}

const LEASE_MS = 30_000;
const MOST_WAITING = 4096;
/** From then on a job is for this process: workers that fail or lie delay a proof and never prevent it. */
const MAX_FAILURES = 2;
/** A worker that is at it for longer has failed. */
const MAX_PROOF_MS = 900_000;
/** One that makes all kinds of proofs waits with four hands. */
export const MAX_WAITING_WORKERS = 256;
/** A worker of this process that is refused a task waits for so long. */
const RETRY_MS = 15_000;

/**
 * Jobs in this process's memory, lent to workers of this and of other processes. Chains take turns by the weight of their jobs.
 * No proof of a worker counts before it is checked here. What is lost with the process its chains offer again.
 */
export class MemoryQueue implements JobQueue, JobLeases {
  readonly #leaseMs: number;
  readonly #mostWaiting: number;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #turns = new Turns();
  readonly #records = new WorkerRecords();
  readonly #jobs = new Map<JobId, OfferedJob>();
  readonly #workers: WaitingWorker[] = [];
  readonly #leases = new Map<Hex, RunningLease>();
  /** Kinds that this process makes itself. */
  readonly #ownKinds = new Set<JobKind>();
  /** Resolved when a job has left those that wait. */
  #room = Promise.withResolvers<undefined>();
  #isClosed = false;

  constructor({ leaseMs = LEASE_MS, mostWaiting = MOST_WAITING }: MemoryQueueOptions, { blobs, clock }: MemoryQueueDependencies) {
    this.#leaseMs = leaseMs;
    this.#mostWaiting = mostWaiting;
    this.#blobs = blobs;
    this.#clock = clock;
  }

  async offer(request: JobOffer): Promise<OpenOffer> {
    const offer = { ...request };
    const id = jobId(offer.job);
    while (!this.#isClosed && !this.#jobs.has(id) && this.#waitingJobs().length >= this.#mostWaiting) await this.#room.promise;
    if (this.#isClosed) throw stopped("this queue is closed");
    const known = this.#jobs.get(id);
    if (known !== undefined) {
      known.offers.add(offer);
      return this.#open(known, offer);
    }
    const turn = this.#turns.next(offer.chain, offer.job.weight);
    const outcome = Promise.withResolvers<ProofDone>();
    // A caller that asks for the proof gets the reason.
    outcome.promise.catch(() => undefined);
    const job: OfferedJob = {
      id,
      offers: new Set([offer]),
      turn,
      outcome,
      standing: "waiting",
      failures: 0,
      output: undefined,
    };
    this.#jobs.set(id, job);
    this.#giveOut();
    return this.#open(job, offer);
  }

  #open(job: OfferedJob, offer: JobOffer): OpenOffer {
    return { done: job.outcome.promise, withdraw: () => this.#withdraw(job, offer) };
  }

  #withdraw(job: OfferedJob, offer: JobOffer): Promise<void> {
    if (!job.offers.delete(offer) || job.offers.size > 0 || this.#jobs.get(job.id) !== job) return Promise.resolve();
    this.#jobs.delete(job.id);
    job.standing = "over";
    for (const [leaseId, lease] of this.#leases) if (lease.job === job) this.#end(leaseId, lease);
    job.outcome.reject(stopped("the proof is no longer needed"));
    this.#makeRoom();
    return job.output === undefined ? Promise.resolve() : this.#blobs.drop(job.output);
  }

  work(port: ProverPort, options: WorkOptions): Running {
    const { name, isOwn = false } = options;
    if (isOwn) for (const kind of port.kinds) this.#ownKinds.add(kind);
    const end = new AbortController();
    const worker = { name, isOwn, kinds: port.kinds };
    const hands = Array.from({ length: handsOf(port, options) }, () => this.#workOn(port, worker, options, end.signal));
    const ended = Promise.all(hands).then(() => undefined);
    return { ended, stop: () => (end.abort(), ended) };
  }

  async take(worker: LeasingWorker, signal: AbortSignal): Promise<Lease | undefined> {
    if (this.#isClosed || signal.aborted) return undefined;
    if (worker.isOwn !== true) this.#admit(worker.name);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#workers.splice(this.#workers.indexOf(waiting), 1);
        resolve(undefined);
      };
      const waiting: WaitingWorker = {
        ...worker,
        resolve(lease) {
          signal.removeEventListener("abort", leave);
          resolve(lease);
        },
      };
      signal.addEventListener("abort", leave);
      this.#workers.push(waiting);
      this.#giveOut();
    });
  }

  extend(leaseId: Hex, progress: WorkerProgress): void {
    const lease = this.#lease(leaseId);
    if (this.#clock.nowMs() - lease.since > MAX_PROOF_MS) {
      this.#fail(leaseId, lease);
      throw new FleetError("LeaseLost", `no proof after ${MAX_PROOF_MS / 60_000} minutes: the task is given out again`);
    }
    lease.cancelExpiry();
    lease.cancelExpiry = this.#expireLater(leaseId, lease);
    // A worker whose prover restarts reports less than before, and one that lies reports anything: other clients would be
    // notified forever.
    if (!isFurther(progress, lease.furthest)) return;
    lease.furthest = progress;
    tell(lease.job, { ...progress, worker: lease.worker.name });
  }

  async complete(leaseId: Hex, worker: string, proof: MadeProof): Promise<void> {
    if (!this.#leases.has(leaseId)) this.#records.late(worker);
    const lease = this.#lease(leaseId);
    const { job, since } = lease;
    const [offer] = job.offers;
    if (offer === undefined) throw new TypeError("a job that is lent is offered");
    const isOwn = lease.worker.isOwn === true;
    lease.cancelExpiry();
    const refusal = isOwn ? undefined : await this.#refusalOf(leaseId, lease, offer, proof);
    const output = refusal === undefined ? await this.#blobs.put(proof.output) : undefined;
    if (this.#leases.get(leaseId) !== lease) {
      if (output !== undefined) await this.#blobs.drop(output);
      throw leaseLost();
    }
    if (output === undefined) {
      this.#records.lied(lease.worker.name, this.#clock.nowMs());
      this.#fail(leaseId, lease);
      throw new FleetError("ProofRefused", `the proof does not hold (${refusal}): the task is given out again`);
    }
    const seconds = (this.#clock.nowMs() - since) / 1000;
    if (!isOwn) this.#records.proved(lease.worker.name, seconds);
    this.#end(leaseId, lease);
    job.standing = "over";
    job.output = output;
    const named = isOwn ? {} : { worker: lease.worker.name };
    const { statement, metrics } = proof;
    job.outcome.resolve({ id: job.id, statement, output, metrics: { ...metrics, seconds, ...named } });
  }

  /** A check that cannot be made says nothing of the proof: the task is given out again. */
  async #refusalOf(id: Hex, lease: RunningLease, offer: JobOffer, proof: MadeProof): Promise<string | undefined> {
    try {
      return await refusalOf(offer, proof, MAX_OUTPUT_BYTES[offer.job.kind]);
    } catch (error) {
      if (this.#leases.get(id) === lease) this.#fail(id, lease);
      throw error;
    }
  }

  giveBack(leaseId: Hex): void {
    this.#fail(leaseId, this.#lease(leaseId));
  }

  workers(): readonly WorkerInfo[] {
    return this.#records.all(this.#clock.nowMs());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { resolve } of this.#workers.splice(0)) resolve(undefined);
    for (const [id, lease] of [...this.#leases]) this.#end(id, lease);
    for (const { outcome } of this.#jobs.values()) outcome.reject(stopped("the prover was closed before the proof was finished"));
    this.#jobs.clear();
    this.#makeRoom();
  }

  #admit(name: string): void {
    const until = this.#records.pausedUntil(name, this.#clock.nowMs());
    if (until !== undefined) {
      const message = `proofs of "${name}" did not hold: it may ask again at ${new Date(until).toISOString()}; check that it runs this version`;
      throw new FleetError("WorkerPaused", message);
    }
    if (this.#workers.length >= MAX_WAITING_WORKERS)
      throw new FleetError("TooManyWorkers", `${MAX_WAITING_WORKERS} workers wait for a task; ask again later`);
    this.#records.seen(name);
  }

  /** Works in this process: a lease that ends aborts the proof. */
  async #workOn(port: ProverPort, worker: LeasingWorker, { once, onEvent }: WorkOptions, stop: AbortSignal): Promise<void> {
    for (;;) {
      const lease = await this.#takeInTime(worker, stop, onEvent);
      if (lease === undefined) return;
      const { task } = lease;
      const id = jobId(task.job);
      onEvent?.({ type: "task", id });
      const began = this.#clock.nowMs();
      try {
        const made = await port.prove(task, this.#blobs, {
          signal: AbortSignal.any([lease.signal, stop]),
          onProgress: (progress) => {
            onEvent?.({ type: "progress", id, progress });
            this.#noteReport(lease.id, progress);
          },
        });
        await this.complete(lease.id, worker.name, made);
        const seconds = (this.#clock.nowMs() - began) / 1000;
        onEvent?.({ type: "proved", id, bytes: made.output.length, seconds });
        if (once === true) return;
      } catch (error) {
        onEvent?.({ type: "dropped", id, reason: reasonOf(error) });
        const running = this.#leases.get(lease.id);
        if (running === undefined) continue;
        if (worker.isOwn === true && !stop.aborted) this.#reject(lease.id, running, error);
        else this.#fail(lease.id, running);
        // One that fails at once must not keep the event loop for itself.
        await setImmediate();
      }
    }
  }

  /** Asks again later where it is refused a task. */
  async #takeInTime(worker: LeasingWorker, stop: AbortSignal, onEvent: WorkOptions["onEvent"]): Promise<Lease | undefined> {
    for (;;) {
      try {
        return await this.take(worker, stop);
      } catch (error) {
        onEvent?.({ type: "waiting", reason: reasonOf(error) });
        await pauseBy(this.#clock, RETRY_MS, stop);
      }
    }
  }

  /** Each job, in turn, to the first that is free: a worker, else this process. */
  #giveOut(): void {
    for (const job of this.#waitingJobs().sort((a, b) => a.turn - b.turn)) this.#lend(job);
  }

  #waitingJobs(): OfferedJob[] {
    return [...this.#jobs.values()].filter(({ standing }) => standing === "waiting");
  }

  #lend(job: OfferedJob): void {
    const [offer] = job.offers;
    if (offer === undefined) return;
    const { kind } = offer.job;
    const isForOwn = job.failures >= MAX_FAILURES && this.#ownKinds.has(kind);
    const able = this.#workers.filter(({ kinds, isOwn }) => kinds.includes(kind) && (!isForOwn || isOwn === true));
    const worker = able.find(({ isOwn }) => isOwn !== true) ?? able[0];
    if (worker === undefined) return;
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    const id = toHex(randomBytes(16));
    const begun: WorkerProgress = { phase: "trace", fraction: 0 };
    const end = new AbortController();
    const lease: RunningLease = {
      job,
      worker,
      end,
      since: this.#clock.nowMs(),
      furthest: begun,
      cancelExpiry: () => undefined,
    };
    lease.cancelExpiry = this.#expireLater(id, lease);
    this.#leases.set(id, lease);
    job.standing = "lent";
    this.#turns.begun(job.turn);
    this.#makeRoom();
    const { job: lent, needs } = offer;
    worker.resolve({ id, task: { job: lent, needs }, leaseMs: this.#leaseMs, signal: end.signal });
    if (worker.isOwn !== true) tell(job, { ...begun, worker: worker.name });
  }

  /** Records a report of this process' prover. */
  #noteReport(leaseId: Hex, progress: ProofProgress): void {
    const lease = this.#leases.get(leaseId);
    if (lease === undefined) return;
    if (lease.worker.isOwn === true) tell(lease.job, progress);
    else if (progress.phase !== "queued") this.extend(leaseId, { phase: progress.phase, fraction: progress.fraction });
  }

  /** Lease without an end for a prover of this process, which reports its failures. */
  #expireLater(id: Hex, lease: RunningLease): () => void {
    return lease.worker.isOwn === true ? () => undefined : this.#clock.after(this.#leaseMs, () => this.#fail(id, lease));
  }

  /** Returns the job to the queue, which still needs it. */
  #fail(id: Hex, lease: RunningLease): void {
    const { job, worker } = lease;
    if (worker.isOwn !== true) this.#records.lost(worker.name);
    this.#end(id, lease);
    job.failures++;
    job.standing = "waiting";
    tell(job, { phase: "queued", fraction: 0 });
    this.#giveOut();
  }

  #reject(id: Hex, lease: RunningLease, error: unknown): void {
    this.#end(id, lease);
    lease.job.standing = "over";
    lease.job.outcome.reject(error);
  }

  #end(id: Hex, lease: RunningLease): void {
    lease.cancelExpiry();
    this.#leases.delete(id);
    lease.end.abort(leaseLost());
  }

  #makeRoom(): void {
    this.#room.resolve(undefined);
    this.#room = Promise.withResolvers<undefined>();
  }

  #lease(id: Hex): RunningLease {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw leaseLost();
    return lease;
  }
}

function tell({ offers }: OfferedJob, progress: ProofProgress): void {
  for (const { onProgress } of offers) onProgress?.(progress);
}

function leaseLost(): FleetError {
  return new FleetError("LeaseLost", "the task is another worker's, done, or obsolete; request the next one");
}

function stopped(message: string): ProofError {
  return new ProofError("ProverStopped", message);
}

/** Strictly. The end of a phase and the start of the next are two places, so their sum would not tell them apart. */
function isFurther({ phase, fraction }: WorkerProgress, than: WorkerProgress): boolean {
  const phases = PHASES.indexOf(phase) - PHASES.indexOf(than.phase);
  return phases > 0 || (phases === 0 && fraction > than.fraction);
}
