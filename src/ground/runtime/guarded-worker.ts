import { getEnvironmentData, isMainThread, setEnvironmentData, Worker, type WorkerOptions } from "node:worker_threads";

/** Name of a thread's guard among the data that it is started with. */
const GUARD = "hardhat-hyperchain.guard";
/** States of a guard: no native call runs, one runs, or none may begin because the thread is being ended. */
const [FREE, CALLING, ENDING] = [0, 1, 2];
/** Longest time in which a waiting thread misses that the guard is free again. */
const LOOK_MS = 1;
/** Bound of the wait for a thread that died in a call, at the end of the process. */
const MAX_LOOKS = 1_000;

/** Guards of the threads of this thread that run. */
const guards = new Set<Int32Array>();
process.on("exit", () => {
  for (const guard of guards) for (let i = 0; i < MAX_LOOKS && !hold(guard); i++) Atomics.wait(guard, 0, CALLING, LOOK_MS);
});

/** True if no native call runs, and none can begin. */
function hold(guard: Int32Array): boolean {
  return Atomics.compareExchange(guard, 0, FREE, ENDING) !== CALLING;
}

/**
 * Thread whose code uses native modules in C++. A thread that is ended in a native call ends the whole process, because the
 * module cannot throw any longer (`terminate called after throwing an instance of 'Napi::Error'`). So this thread is ended
 * between two calls, by `terminate` and by the end of the process. The calls are made with `guardedCall`.
 */
export class GuardedWorker extends Worker {
  readonly #guard: Int32Array;

  constructor(file: URL, options: WorkerOptions = {}) {
    const guard = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    setEnvironmentData(GUARD, guard);
    super(file, options);
    setEnvironmentData(GUARD, undefined);
    this.#guard = guard;
    guards.add(guard);
    this.once("exit", () => guards.delete(guard));
  }

  override async terminate(): Promise<number> {
    while (guards.has(this.#guard) && !hold(this.#guard)) await new Promise((resolve) => setImmediate(resolve));
    return super.terminate();
  }
}

const ownGuard = isMainThread ? undefined : (getEnvironmentData(GUARD) as Int32Array | undefined);

/** Calls a native module. A thread that is being ended waits for its end instead. */
export function guardedCall<Result>(call: () => Result): Result {
  const guard = ownGuard;
  if (guard === undefined) return call();
  for (;;) {
    const state = Atomics.compareExchange(guard, 0, FREE, CALLING);
    if (state === FREE) break;
    Atomics.wait(guard, 0, state, state === CALLING ? LOOK_MS : Infinity);
  }
  try {
    return call();
  } finally {
    Atomics.store(guard, 0, FREE);
  }
}
