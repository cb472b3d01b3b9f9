import type { Worker } from "node:worker_threads";

/**
 * Threads of one kind in this process that load their code, or have loaded it, and wait for their next owner: loading takes some
 * 0.4 s of processor time, and a test run starts and ends many chains.
 */
export class ReadyThreads {
  readonly #start: () => Worker;
  readonly #mostKept: number;
  readonly #ready = new Set<Worker>();
  /** Threads that no owner has taken yet; the one who prepared them ends them. */
  readonly #untaken = new Set<Worker>();

  /** `mostKept`: threads that wait after an owner's end; each holds the code that it has loaded. */
  constructor(start: () => Worker, mostKept: number) {
    this.#start = start;
    this.#mostKept = mostKept;
  }

  /**
   * Ensures that `count` threads wait. Returns a function that ends those that it has started and no owner
   * has taken.
   */
  prepare(count: number): () => Promise<void> {
    const own = Array.from({ length: Math.max(0, count - this.#ready.size) }, () => this.#new());
    for (const thread of own) {
      this.#ready.add(thread);
      this.#untaken.add(thread);
    }
    return async () => {
      const unused = own.filter((thread) => this.#untaken.delete(thread));
      for (const thread of unused) this.#ready.delete(thread);
      await Promise.all(unused.map((thread) => thread.terminate()));
    };
  }

  /** One that waits, else a new one; it does not keep the process alive. */
  take(): Worker {
    const [thread] = this.#ready;
    if (thread === undefined) return this.#new();
    this.#forget(thread);
    return thread;
  }

  /** Accepts an idle thread from its owner; ends it if enough of them wait. */
  async giveBack(thread: Worker): Promise<void> {
    if (this.#ready.size >= this.#mostKept) {
      await thread.terminate();
      return;
    }
    thread.unref();
    this.#ready.add(thread);
  }

  #new(): Worker {
    const thread = this.#start();
    // One that fails before an owner takes it fails again under that owner, which says so.
    thread.on("error", () => this.#forget(thread));
    thread.on("exit", () => this.#forget(thread));
    thread.unref();
    return thread;
  }

  #forget(thread: Worker): void {
    this.#ready.delete(thread);
    this.#untaken.delete(thread);
  }
}
