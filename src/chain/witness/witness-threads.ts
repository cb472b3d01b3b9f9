import { GuardedWorker } from "../../ground/runtime/guarded-worker.ts";
import { ReadyThreads } from "../../ground/runtime/ready-threads.ts";

/**
 * Maximum size of the thread's new objects before garbage collection. V8's default is 192 MiB, which a busy thread
 * touches in full, and never frees; hardly any new object survives a transaction.
 */
const MAX_NEW_OBJECTS_MIB = 48;

/** Each holds the EVM's code. */
const MOST_KEPT = 4;

/** Threads of this process. A thread takes longer to load the EVM than a chain takes to start. */
export const witnessThreads = new ReadyThreads(() => {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new GuardedWorker(new URL(`./witness-thread.${extension}`, import.meta.url), {
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: MAX_NEW_OBJECTS_MIB },
  });
}, MOST_KEPT);
