/** Longest delay of a timer, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Holds the process alive until the work has ended, because no timer by `systemClock` does so: a script that waits for an
 * ecosystem in the same process would end before the answer. Resolves or rejects as the work.
 */
export async function keepAlive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, MAX_DELAY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
