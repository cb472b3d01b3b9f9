/** Clocks of a thread, in milliseconds from any start. */
export interface ThreadClocks {
  readonly nowMs: () => number;
  /** Processor time of this thread, never more than the time that has passed. */
  readonly spentMs: () => number;
}

/** Clocks of the thread that reads them. */
export const THREAD_CLOCKS: ThreadClocks = { nowMs: () => performance.now(), spentMs };

/**
 * Limit of the processor time of a thread's work, so that other processes of a busy machine do not end it. The clock is
 * read first, because reading the processor time is a system call.
 */
export class TimeLimit {
  readonly maxMs: number;
  readonly #clocks: ThreadClocks;
  readonly #startMs: number;
  readonly #spentAtStartMs: number;

  constructor(maxMs: number, clocks: ThreadClocks) {
    this.maxMs = maxMs;
    this.#clocks = clocks;
    this.#startMs = clocks.nowMs();
    this.#spentAtStartMs = clocks.spentMs();
  }

  /** Remaining milliseconds, or fewer if these are more than `neededMs`. */
  leftMs(neededMs = 0): number {
    const byClock = this.#startMs + this.maxMs - this.#clocks.nowMs();
    if (byClock > neededMs) return byClock;
    return Math.max(0, this.#spentAtStartMs + this.maxMs - this.#clocks.spentMs());
  }
}

/** Node has a thread's processor time since version 23.9; before, the clock is the limit. */
function spentMs(): number {
  const { threadCpuUsage } = process as Partial<Pick<NodeJS.Process, "threadCpuUsage">>;
  if (threadCpuUsage === undefined) return performance.now();
  const { user, system } = threadCpuUsage.call(process);
  return (user + system) / 1000;
}
