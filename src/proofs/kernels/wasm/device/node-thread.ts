import { Worker } from "node:worker_threads";
import type { PartReply, PartRequest, ThreadSetup } from "./participant.ts";
import { type KernelThread, KernelThreadsLost } from "./worker-pool.ts";

/**
 * Maximum size of a thread's new objects before garbage collection. V8's default is 192 MiB; large data is in
 * shared memory.
 */
const MAX_NEW_OBJECTS_MIB = 12;

/** File with the extension of this file: sources run directly, a build runs as JavaScript. */
const file = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

/** A thread of Node's. It keeps the process alive only while it takes part in a job. */
export function startNodeThread(setup: ThreadSetup, onLost: (error: KernelThreadsLost) => void): KernelThread {
  // Flags of the process are about its own entry point; some, such as --input-type, would stop this one.
  const resourceLimits = { maxYoungGenerationSizeMb: MAX_NEW_OBJECTS_MIB };
  const worker = new Worker(file, { workerData: setup, execArgv: [], resourceLimits });
  worker.on("error", (cause) => onLost(new KernelThreadsLost("Crashed", "a kernel thread crashed", { cause })));
  worker.on("exit", () => onLost(new KernelThreadsLost("Ended", "a kernel thread has ended")));
  worker.unref();
  let listener: ((reply: PartReply) => void) | undefined;
  return {
    ask(request: PartRequest, onReply: (reply: PartReply) => void) {
      worker.ref();
      listener = onReply;
      worker.on("message", onReply);
      worker.postMessage(request);
    },
    leave() {
      if (listener !== undefined) worker.off("message", listener);
      worker.unref();
    },
    terminate: async () => void (await worker.terminate()),
  };
}
