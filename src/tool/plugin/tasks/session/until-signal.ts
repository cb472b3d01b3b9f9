/** Longest that a user waits after Ctrl-C. */
const CLOSE_MS = 500;
/**
 * Maximum wait of a user after Ctrl-C for a stored ecosystem: the checkpoint of a long history saves more
 * time at the next start.
 */
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
