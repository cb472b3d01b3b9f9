/**
 * Waits. May end early when the signal is aborted, by resolving or rejecting: a timer that outlives its purpose would keep
 * the process alive.
 */
export type Delay = (ms: number, signal?: AbortSignal) => Promise<void>;
