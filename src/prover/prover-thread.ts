import { parentPort, workerData } from "node:worker_threads";
import { createWasmBackend } from "../kernels/wasm/backend.ts";
import { KernelThreadsLost } from "../kernels/wasm/worker-pool.ts";
import type { ProverReply, ProverRequest } from "./job.ts";
import { proveJob } from "./prove-job.ts";

/**
 * The prover's own thread: one backend, one job at a time. Ended by `terminate`, which also frees the backend, or by the loss of
 * a kernel thread.
 */
const port = parentPort;
if (port === null) throw new Error("prover-thread.ts is the body of a worker thread; use createProver");
const { workers } = workerData as { readonly workers: number | undefined };

const backend = createWasmBackend(workers === undefined ? {} : { workers });
const running = new Map<number, AbortController>();
const reply = (message: ProverReply): void => port.postMessage(message);

async function run(id: number, request: Extract<ProverRequest, { type: "prove" }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const result = await proveJob(request.job, await backend, {
      signal: controller.signal,
      onProgress: (progress) => reply({ type: "progress", id, progress }),
    });
    reply({ type: "done", id, result });
  } catch (error) {
    // The backend is of no more use. Ending the thread makes the prover start another one and do the job again.
    if (error instanceof KernelThreadsLost) throw error;
    const { code, message } = describe(error);
    reply({ type: "failed", id, code, message });
  } finally {
    running.delete(id);
  }
}

/** Named errors keep their code; anything else is a fault of the prover itself. */
function describe(error: unknown): { code: string; message: string } {
  if (error instanceof Error) {
    const code = "code" in error && typeof error.code === "string" ? error.code : "ProverFault";
    return { code, message: error.message };
  }
  return { code: "ProverFault", message: String(error) };
}

port.on("message", (request: ProverRequest) => {
  if (request.type === "prove") void run(request.id, request);
  else running.get(request.id)?.abort(new Error("the proof was cancelled"));
});
