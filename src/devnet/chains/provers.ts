import { createExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import type { ExecutionProver, ExecutionProverOptions } from "../../execution-proof/batch/execution-prover.ts";
import type { ExecutionProofs } from "../../node/execution/node-execution.ts";
import { isProvenVersion } from "../../protocol/no-proof.ts";
import { createProver } from "../../prover/prover.ts";
import type { Prover } from "../../prover/prover.ts";
import { MemoryBlobs } from "../../proving/blobs.ts";
import { MemoryQueue } from "../../proving/queue-memory.ts";
import { startQueueServer } from "../../proving/queue-server.ts";
import { provedByQueue, statePort } from "../../proving/state-proofs.ts";
import type { WorkerInfo } from "../../proving/worker-record.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Disposer } from "../../runtime/disposer.ts";
import type { CompleteOptions } from "../options.ts";
import { createNoProver } from "./no-prover.ts";

/** Where workers join an ecosystem's prover, and what they did. */
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

interface ProvingOptions extends Pick<CompleteOptions, "inBackground"> {
  readonly prover: Pick<CompleteOptions["prover"], "mode" | "workers" | "fleet">;
}

/** How proofs of execution are made. */
export interface ExecutionProving {
  /** For tests that need no secure ones. Default: with at least 100 proven bits. */
  readonly executionProving?: ExecutionProverOptions;
  /** What takes the prover's place, for tests in which it is late, silent or lies. Default: the prover. */
  readonly executionProver?: (prover: ExecutionProver) => ExecutionProofs["prover"];
}

/** What proves the execution of batches. Starts nothing until the first of them begins. */
export function openExecutionProver(
  { prover: { workers } }: Pick<CompleteOptions, "prover">,
  closing: Disposer,
  { executionProving, executionProver = (prover) => prover }: ExecutionProving,
): ExecutionProofs["prover"] {
  const prover = createExecutionProver({ ...(workers === undefined ? {} : { workers }), ...executionProving });
  closing.add(() => prover.close());
  return executionProver(prover);
}

/** The prover of an ecosystem, and where workers join it. Rejects where the fleet's port is in use. */
export async function openProver(
  { prover, inBackground }: ProvingOptions,
  clock: Clock,
  closing: Disposer,
): Promise<{ readonly prover: Pick<Prover, "proveBatch">; readonly fleet: OpenFleet | undefined }> {
  const { workers, fleet: joined } = prover;
  const blobs = new MemoryBlobs();
  const queue = new MemoryQueue({}, { blobs, clock });
  const own = createProver(workers === undefined ? {} : { workers });
  const working = queue.work(statePort(own), { name: "own", isOwn: true });
  closing.add(async () => {
    queue.close();
    await own.close();
    await working.stop();
  });
  const proving = versioned(provedByQueue({ queue, blobs }));
  if (joined === undefined) return { prover: proving, fleet: undefined };
  const server = await startQueueServer({ ...joined, inBackground }, { queue, blobs, clock });
  closing.add(() => server.close());
  return { prover: proving, fleet: { url: server.url, workers: () => queue.workers() } };
}
