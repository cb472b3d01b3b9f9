import type { DeviceChoice } from "../devices/device-choice.ts";
import { createExecutionProver } from "../execution-proof/batch/execution-prover.ts";
import { createL1Prover } from "../l1-proof/l1-prover.ts";
import { createProver } from "../prover/prover.ts";
import { chunkPort } from "./execution-proofs.ts";
import { l1ProofPort } from "./l1-proofs.ts";
import type { ProverPort } from "./queue.ts";
import { statePort } from "./state-port.ts";

/** All that a worker makes. */
interface WorkerPorts {
  readonly ports: readonly ProverPort[];
  close(): Promise<void>;
}

/** `workers`: threads that compute; default: all cores. Starts nothing until the first task. */
export function openWorkerPorts(workers: number | undefined, device: DeviceChoice): WorkerPorts {
  const options = workers === undefined ? { device } : { workers, device };
  const [prover, executionProver] = [createProver(options), createExecutionProver(options)];
  const l1Prover = createL1Prover({ workers, programs: "package", device });
  return {
    ports: [statePort(prover), chunkPort(executionProver), l1ProofPort(l1Prover)],
    close: async () => void (await Promise.all([prover.close(), executionProver.close(), l1Prover.close()])),
  };
}
