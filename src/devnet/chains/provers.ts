import { createExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import type { ExecutionProver, ExecutionProverOptions } from "../../execution-proof/batch/execution-prover.ts";
import type { ExecutionProofs } from "../../node/execution/node-execution.ts";
import { createFleet } from "../../fleet/fleet.ts";
import { startFleetServer } from "../../fleet/fleet-server.ts";
import type { WorkerInfo } from "../../fleet/worker-record.ts";
import { isProvenVersion } from "../../protocol/no-proof.ts";
import { createProver } from "../../prover/prover.ts";
import type { Prover, ProverOptions } from "../../prover/prover.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Disposer } from "../../runtime/disposer.ts";
import type { CompleteOptions } from "../options.ts";
import { createNoProver } from "./no-prover.ts";

/** Where workers join an ecosystem's prover, and what they did. */
export interface OpenFleet {
  readonly url: string;
  workers(): readonly WorkerInfo[];
}

/** Proves each batch as the verifier of its protocol version asks for it. Starts nothing until the first job. */
function createVersionedProver(options: ProverOptions, proving: Prover = createProver(options)): Prover {
  const marking = createNoProver();
  return {
    proveBatch: (job, jobOptions) => (isProvenVersion(job.protocolVersion) ? proving : marking).proveBatch(job, jobOptions),
    close: () => proving.close(),
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
): Promise<{ readonly prover: Prover; readonly fleet: OpenFleet | undefined }> {
  const { workers, fleet: joined } = prover;
  const options = workers === undefined ? {} : { workers };
  if (joined === undefined) {
    const alone = createVersionedProver(options);
    closing.add(() => alone.close());
    return { prover: alone, fleet: undefined };
  }
  const fleet = createFleet({}, { local: createProver(options), clock });
  closing.add(() => fleet.close());
  const server = await startFleetServer({ ...joined, inBackground }, { fleet, clock });
  closing.add(() => server.close());
  return {
    prover: createVersionedProver(options, fleet),
    fleet: { url: server.url, workers: () => fleet.workers() },
  };
}
