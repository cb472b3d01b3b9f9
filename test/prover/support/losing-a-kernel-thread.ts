import { parentPort, type Worker } from "node:worker_threads";
import type { ThreadRequest } from "../../../src/ground/runtime/job-thread.ts";

/** Prover thread that ends one of its kernel threads when it gets a job. */
const kernelThreads: Worker[] = [];
process.on("worker", (worker) => kernelThreads.push(worker));
await import("../../../src/proofs/prover/prover-thread.ts");
parentPort?.on("message", (request: ThreadRequest<Uint8Array>) => {
  if (request.type !== "job") return;
  const waiting = setInterval(() => {
    if (kernelThreads.length < 2) return;
    clearInterval(waiting);
    void kernelThreads[0]?.terminate();
  }, 20);
});
