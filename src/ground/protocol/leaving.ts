/** Times of a chain that determine the time its accounts need to leave. Seconds. */
export interface LeavingTimes {
  readonly priorityOpWindow: bigint;
  readonly exitDelay: bigint;
  readonly executionDelay: bigint;
}

/**
 * The exit opens in the second behind the one that L1 names, and what is announced counts at its second's first block: so the
 * exit must be open in the second before.
 */
const EXIT_SECONDS = 2n;

/** From a request by the queue on, with nothing ahead of it, until the chain has executed it or anyone can stop the chain. */
export function exitAfterRequest({ priorityOpWindow, exitDelay }: LeavingTimes): bigint {
  return 2n * priorityOpWindow + exitDelay;
}

/** `ChainSettings.upgradeNotice`. `reactionTime` is that of the contracts. */
export function upgradeNotice(times: LeavingTimes, reactionTime: bigint): bigint {
  return exitAfterRequest(times) + times.executionDelay + reactionTime;
}

/**
 * The last second of L1's time in which a withdrawal that is asked for by the queue is out, or the chain can be stopped, before
 * what counts from `effectiveAt` on. `backlog`: how much later than a window from now an operation would be due that is queued
 * now, since others wait ahead of it.
 */
export function lastToLeave(effectiveAt: bigint, times: LeavingTimes, backlog = 0n): bigint {
  return effectiveAt - exitAfterRequest(times) - times.executionDelay - EXIT_SECONDS - backlog;
}
