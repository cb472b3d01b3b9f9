import { parentPort, workerData } from "node:worker_threads";
import type { CardSetup } from "../devices/card-setup.ts";
import { backendsOpener } from "../devices/thread-backends.ts";
import { createWasmBackend } from "../kernels/wasm/backend.ts";
import { KernelThreadsLost } from "../kernels/wasm/device/worker-pool.ts";
import { serveJobs } from "../../ground/runtime/serve-jobs.ts";
import type { BatchProof, ProofFailure, ProofProgress } from "./job.ts";
import { proveJob } from "./prove-job.ts";
import { decodeStateInput } from "./state-input.ts";

/**
 * The prover's own thread: one job at a time. Ended by `terminate`, which also frees the backend, or by the loss of
 * a kernel thread.
 */
const port = parentPort;
if (port === null) throw new Error("prover-thread.ts is the body of a worker thread; use createProver");
const { workers, card } = workerData as { readonly workers: number | undefined; readonly card: CardSetup | undefined };

const openBackends = await backendsOpener(card, port);
const backends = createWasmBackend(workers === undefined ? {} : { workers }).then(openBackends);

serveJobs<Uint8Array, BatchProof, ProofProgress, ProofFailure>(
  port,
  async (input, context) => proveJob(decodeStateInput(input), await backends, context),
  (error) => {
    // The backend is no longer usable. Ending the thread makes the prover start another one and do the job
    // again.
    if (error instanceof KernelThreadsLost) throw error;
    return describe(error);
  },
);

/** Named errors keep their code; anything else is a fault of the prover itself. */
function describe(error: unknown): ProofFailure {
  if (error instanceof Error) {
    const code = "code" in error && typeof error.code === "string" ? error.code : "ProverFault";
    return { code, message: error.message };
  }
  return { code: "ProverFault", message: String(error) };
}
