import { Worker } from "node:worker_threads";

/**
 * Most new objects of the thread before they are sorted out. V8's own choice is 192 MiB, which a busy thread touches in full,
 * and keeps for good; hardly anything that is new survives a transaction.
 */
const MAX_NEW_OBJECTS_MIB = 48;

/** Of this process: threads that load their code, or have loaded it, and wait for a chain. */
const ready = new Set<Worker>();

/**
 * Starts the threads of so many witnesses that will be wanted soon: a thread takes longer to load the EVM than a chain takes to
 * start. Returns what ends those that no chain has taken.
 */
export function prepareWitnesses(count: number): () => Promise<void> {
  const own = Array.from({ length: count }, newThread);
  for (const thread of own) ready.add(thread);
  return async () => {
    await Promise.all(own.filter((thread) => ready.delete(thread)).map((thread) => thread.terminate()));
  };
}

/** A thread that waits for its setup as the first message: a prepared one, else a new one. */
export function takeThread(): Worker {
  const [thread] = ready;
  if (thread === undefined) return newThread();
  ready.delete(thread);
  return thread;
}

function newThread(): Worker {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const thread = new Worker(new URL(`./witness-thread.${extension}`, import.meta.url), {
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: MAX_NEW_OBJECTS_MIB },
  });
  // One that fails before a chain takes it fails again under that chain, which says so.
  thread.on("error", () => ready.delete(thread));
  thread.on("exit", () => ready.delete(thread));
  thread.unref();
  return thread;
}
