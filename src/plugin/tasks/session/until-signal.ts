/** Longest that a user waits after Ctrl-C. */
const CLOSE_MS = 500;
/** The same for a kept ecosystem: the place that a long past leaves saves the next start more than that. */
export const KEPT_CLOSE_MS = 15_000;

/** The first wish to end. npm and the terminal may both pass a Ctrl-C on: the others are ignored. */
export function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(signal));
  });
}

/** Closes, for as long as a user waits, and ends the process: a proof that is being computed would hold it for seconds. */
export async function closeAndExit(
  close: () => Promise<void>,
  onFailure: (error: unknown) => void,
  { closeMs = CLOSE_MS, code = 0 }: { readonly closeMs?: number | undefined; readonly code?: number } = {},
): Promise<never> {
  await Promise.race([close(), new Promise((resolve) => setTimeout(resolve, closeMs))]).catch(onFailure);
  process.exit(code);
}
