import { setTimeout as wait } from "node:timers/promises";
import { chooseDevice, type DeviceChoice, type DeviceOptions } from "../../../proofs/devices/device-choice.ts";
import { createExecutionProver, type ExecutionProverOptions } from "../../../proofs/execution-proof/batch/execution-prover.ts";
import { type BatchForL1, placeOf } from "../../../proofs/l1-proof/batch-for-l1.ts";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import type { ChosenPrograms } from "../../../proofs/l1-proof/described-programs.ts";
import { createL1Prover } from "../../../proofs/l1-proof/l1-prover.ts";
import type { ExecutionProofs } from "../../../chain/node/execution/node-execution.ts";
import { SharedProofs } from "../../../chain/node/settling/shared-proofs.ts";
import type { LastProof } from "../../../ground/protocol/last-proof.ts";
import { isProvenVersion } from "../../../ground/protocol/no-proof.ts";
import { createProver, type Prover } from "../../../proofs/prover/prover.ts";
import { MemoryBlobs } from "../../../proofs/proving/blobs.ts";
import type { Proving } from "../../../proofs/proving/driver.ts";
import { chunkPort, executionByQueue } from "../../../proofs/proving/execution-proofs.ts";
import { fleetService, type FleetService } from "../../../proofs/proving/fleet-service.ts";
import { l1ProofByQueue, l1ProofPort } from "../../../proofs/proving/l1-proofs.ts";
import { MemoryQueue } from "../../../proofs/proving/queue-memory.ts";
import { answerPgBoss } from "../../../proofs/proving/queue-pg-boss.ts";
import { startQueueServer } from "../../../proofs/proving/queue-server.ts";
import { startPgBoss } from "../../../proofs/proving/start-pg-boss.ts";
import { statePort } from "../../../proofs/proving/state-port.ts";
import { provedByQueue } from "../../../proofs/proving/state-proofs.ts";
import type { WorkerInfo } from "../../../proofs/proving/worker-record.ts";
import type { JobQueue } from "../../../proofs/proving/queue.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import type { ProvenVersion } from "../deployment/deploy-layer.ts";
import type { CompleteOptions } from "../described/options.ts";
import { createNoBatchesProver, createNoProver } from "./no-prover.ts";
import type { EcosystemPorts } from "./ports.ts";

/** URL at which workers join an ecosystem's prover, and their results. */
export interface OpenFleet {
  readonly url: string;
  workers(): readonly WorkerInfo[];
}

/** Proves each batch as the verifier of its protocol version asks for it. */
function versioned(proving: Pick<Prover, "proveBatch">): Pick<Prover, "proveBatch"> {
  const marking = createNoProver();
  return {
    proveBatch: (job, options) => (isProvenVersion(job.protocolVersion) ? proving : marking).proveBatch(job, options),
  };
}

/** Makes proofs or markers for L1, as the aggregator of the batches' version requires. */
function versionedForL1(proving: BatchesProver): BatchesProver {
  const marking = createNoBatchesProver();
  const proverOf = (batch: BatchForL1 | undefined): BatchesProver =>
    batch === undefined || isProvenVersion(placeOf(batch).version) ? proving : marking;
  return {
    prepare: (batch, options) => proverOf(batch).prepare(batch, options),
    prove: (batches, options) => proverOf(batches[0]).prove(batches, options),
  };
}

interface ProvingOptions extends Pick<CompleteOptions, "inBackground" | "proofs"> {
  readonly prover: Pick<CompleteOptions["prover"], "workers" | "fleet"> &
    Partial<Pick<CompleteOptions["prover"], "device" | "gpuMemory">>;
}

interface ProverDependencies {
  readonly clock: Clock;
  readonly ports?: Pick<EcosystemPorts, "queue"> | undefined;
  /** For tests: a card in software, which counts as one. */
  readonly softwareCard?: DeviceOptions["software"];
}

/** Options of execution proofs. */
export interface ExecutionProvingOptions {
  /** For tests that need no secure ones. Default: with at least 100 proven bits. */
  readonly executionProving?: ExecutionProverOptions;
  /** Replacement of the prover, for tests in which it is late, silent or lies. Default: the prover. */
  readonly executionProver?: (prover: ExecutionProofs["prover"]) => ExecutionProofs["prover"];
  /** Likewise of what makes the proofs that L1 checks. */
  readonly l1Prover?: (prover: BatchesProver) => BatchesProver;
  /**
   * Contracts that check proofs of execution, and the programs of these proofs, which a new ecosystem gets with its first proven
   * chain. Default: the package's.
   */
  readonly proofContracts?: ProofContracts | undefined;
}

/** Programs of proofs of execution, and the contracts that check their proofs on L1. */
export interface ProofContracts {
  readonly programs: ChosenPrograms;
  /** The last proof of other programs than the package's. Default: read from the contracts. */
  readonly last?: LastProof;
  /** The contracts that check the last program's proof. */
  readonly contracts: () => Promise<Pick<ProvenVersion, "contracts" | "executionKey">>;
}

/** Proofs that L1 checks. */
interface ProofsForL1 {
  readonly programs: ChosenPrograms;
  /** Last proof that L1's contracts check; undefined if they accept markers. */
  readonly last: LastProof | undefined;
}

interface WithWorkers {
  readonly prover: Pick<CompleteOptions["prover"], "workers">;
}

/** Provers of the execution of batches, for chains and for L1. Starts nothing until the first proof begins. */
export function openExecutionProvers(
  options: WithWorkers,
  open: Pick<OpenProver, "proving" | "device">,
  closing: Disposer,
  proofs: Omit<ExecutionProvingOptions, "proofContracts"> & Pick<ProverDependencies, "clock"> & ProofsForL1,
): ExecutionProvers {
  const executionProver = openExecutionProver(options, open, closing, proofs);
  const { programs, last, clock, l1Prover = (prover) => prover } = proofs;
  const own = l1Prover(versionedForL1(openL1Prover(options, open, closing, { programs, last })));
  return { executionProver, batchesProver: own, shared: new SharedProofs({ onL1: own, clock }), last };
}

/** Provers of execution: of a batch in chunks, and for L1 of one chain's batches or of several chains'. */
export interface ExecutionProvers {
  readonly executionProver: ExecutionProofs["prover"];
  readonly batchesProver: BatchesProver;
  readonly shared: SharedProofs;
  /** Last proof that L1's contracts check; undefined if they accept markers. */
  readonly last: LastProof | undefined;
}

/** Prover of the proofs that L1 checks, through the ecosystem's queue. Starts nothing. */
function openL1Prover(
  { prover: { workers } }: WithWorkers,
  { proving, device }: Pick<OpenProver, "proving" | "device">,
  closing: Disposer,
  { programs, last }: ProofsForL1,
): BatchesProver {
  if (last === undefined) return createNoBatchesProver();
  const own = createL1Prover({ workers, programs, device });
  const working = proving.queue.work(l1ProofPort(own), { name: "own", isOwn: true });
  closing.add(async () => {
    const stopped = working.stop();
    await own.close();
    await stopped;
  });
  return l1ProofByQueue(proving, own, last);
}

/** Prover of the execution of batches, through the ecosystem's queue. */
function openExecutionProver(
  { prover: { workers } }: WithWorkers,
  { proving, device }: Pick<OpenProver, "proving" | "device">,
  closing: Disposer,
  {
    executionProving,
    executionProver = (prover) => prover,
  }: Pick<ExecutionProvingOptions, "executionProving" | "executionProver">,
): ExecutionProofs["prover"] {
  const own = createExecutionProver({ ...(workers === undefined ? {} : { workers }), device, ...executionProving });
  const working = proving.queue.work(chunkPort(own), { name: "own", isOwn: true });
  closing.add(async () => {
    const stopped = working.stop();
    await own.close();
    await stopped;
  });
  const { prepare, verify } = own;
  return executionProver({ prepare, verify, ...executionByQueue(proving, own) });
}

/** Prover of an ecosystem. */
export interface OpenProver {
  readonly prover: Pick<Prover, "proveBatch">;
  /** Carries the jobs of its proofs. */
  readonly proving: Proving;
  /** Access for workers; `undefined` if none may join. */
  readonly fleet: OpenFleet | undefined;
  /** Answers workers, whatever carries their requests; undefined where nothing is proven. */
  readonly workers: FleetService | undefined;
  /** Device on which this process makes proofs. */
  readonly device: DeviceChoice;
}

/**
 * The prover of an ecosystem, and where workers join it. Rejects where the fleet's port is in use, and with ProverDeviceError
 * where a graphics card is asked for that is not there.
 */
export async function openProver(
  { proofs, prover, inBackground }: ProvingOptions,
  { clock, ports, softwareCard }: ProverDependencies,
  closing: Disposer,
): Promise<OpenProver> {
  const { workers, fleet: joined, device: wish = "auto", gpuMemory } = prover;
  const device = await chooseDevice({ device: proofs === "none" ? "wasm" : wish, gpuMemory, software: softwareCard });
  const blobs = new MemoryBlobs();
  const memory = new MemoryQueue({}, { blobs, clock });
  const queue: JobQueue = ports?.queue?.(memory) ?? memory;
  const own = createProver({ ...(workers === undefined ? {} : { workers }), device });
  const working = queue.work(statePort(own), { name: "own", isOwn: true });
  closing.add(async () => {
    memory.close();
    await own.close();
    await working.stop();
  });
  const proving = { queue, blobs };
  const service = fleetService({ queue: memory, blobs, clock });
  const workersOf = proofs === "none" ? undefined : service;
  const open = { prover: versioned(provedByQueue(proving)), proving, device, workers: workersOf };
  if (joined === undefined) return { ...open, fleet: undefined };
  const server = await startQueueServer({ ...joined, inBackground }, service);
  closing.add(() => server.close());
  if (joined.postgres !== undefined) await answerByPostgres(joined.postgres, service, closing);
  return { ...open, fleet: { url: server.url, workers: () => memory.workers() } };
}

/**
 * Opens the queue to workers through a database as well. Rejects if pg-boss is not installed, or the database does not
 * answer.
 */
async function answerByPostgres(url: string, service: FleetService, closing: Disposer): Promise<void> {
  const boss = await startPgBoss(url);
  const answering = answerPgBoss(boss, service, { pause });
  closing.add(async () => {
    await answering.stop();
    await boss.stop({ graceful: false });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return wait(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
