import type { DeviceChoice } from "../devices/device-choice.ts";
import { createExecutionProver } from "../execution-proof/batch/execution-prover.ts";
import { createProver } from "../prover/prover.ts";
import { chunkPort } from "./execution-proofs.ts";
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
  return {
    ports: [statePort(prover), chunkPort(executionProver)],
    close: async () => void (await Promise.all([prover.close(), executionProver.close()])),
  };
}
