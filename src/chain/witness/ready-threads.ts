import { Worker } from "node:worker_threads";

/**
 * Most new objects of the thread before they are sorted out. V8's own choice is 192 MiB, which a busy thread touches in full,
 * and keeps for good; hardly anything that is new survives a transaction.
 */
const MAX_NEW_OBJECTS_MIB = 48;

/** Threads of chains that have ended, kept for the next ones: a test run starts and ends many. Each holds the EVM's code. */
const MOST_KEPT = 4;

/** Of this process: threads that load their code, or have loaded it, and wait for a chain. */
const ready = new Set<Worker>();

/**
 * Sees to it that so many threads of witnesses wait for a chain: a thread takes longer to load the EVM than a chain takes to
 * start. Returns what ends those that it has started and no chain has taken.
 */
export function prepareWitnesses(count: number): () => Promise<void> {
  const own = Array.from({ length: Math.max(0, count - ready.size) }, newThread);
  for (const thread of own) ready.add(thread);
  return async () => {
    await Promise.all(own.filter((thread) => ready.delete(thread)).map((thread) => thread.terminate()));
  };
}

/** A thread that waits for the setup of a witness: a prepared one, else a new one. */
export function takeThread(): Worker {
  const [thread] = ready;
  if (thread === undefined) return newThread();
  ready.delete(thread);
  return thread;
}

/** Takes back a thread that has nothing to do for its witness any more, for the next one; ends it where enough of them wait. */
export async function returnThread(thread: Worker): Promise<void> {
  if (ready.size >= MOST_KEPT) await thread.terminate();
  else ready.add(thread);
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
