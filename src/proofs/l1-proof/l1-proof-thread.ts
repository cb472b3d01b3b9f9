import { parentPort, workerData } from "node:worker_threads";
import { backendsOpener } from "../devices/thread-backends.ts";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import { createWasmBackend } from "../kernels/wasm/backend.ts";
import { KernelThreadsLost } from "../kernels/wasm/device/worker-pool.ts";
import { serveJobs } from "../../ground/runtime/serve-jobs.ts";
import { programsOf } from "./described-programs.ts";
import { isL1ProofRefusal, L1ProofError } from "./l1-proof-error.ts";
import type { L1ProofAnswer, L1ProofFailure, L1ProofJob, L1ThreadSetup } from "./l1-requests.ts";
import { type L1ProofProgress, L1Proving } from "./l1-proving.ts";

/** The prover's own thread, in which proofs are made one at a time. Ended by `terminate`, or by the loss of a kernel thread. */
const port = parentPort;
if (port === null) throw new Error("l1-proof-thread.ts is the body of a worker thread; use createL1Prover");
const { workers, programs, card } = workerData as L1ThreadSetup;

const openBackends = await backendsOpener(card, port);
const proving = (async () => {
  const processor = await createWasmBackend(workers === undefined ? {} : { workers });
  const backends = openBackends(processor);
  return new L1Proving(await programsOf(programs, processor), backends);
})();
// Each request reports the failure.
proving.catch(() => undefined);

serveJobs<L1ProofJob, L1ProofAnswer, L1ProofProgress, L1ProofFailure>(
  port,
  async (job, context) => {
    const own = await proving;
    if (job.type === "plan") return own.plan(job.batches, job.last, job.hub);
    if (job.type === "make") return own.make(job.request, context);
    return own.refusalOf(job.program, job.statement, job.proof);
  },
  (error) => {
    // The backend is useless: the thread ends, and the next request starts another one.
    if (error instanceof KernelThreadsLost) throw error;
    return error instanceof L1ProofError && isL1ProofRefusal(error.code)
      ? { kind: "refused", code: error.code, message: error.message }
      : { kind: "fault", reason: reasonOf(error) };
  },
);
