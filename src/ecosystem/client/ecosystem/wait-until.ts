/** Options of a wait. */
export interface WaitOptions {
  /** Maximum duration in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  /** Between two looks. Default 500. */
  readonly lookMs?: number;
}

const TIMEOUT_MS = 120_000;
const LOOK_MS = 500;

/** Looks until there is something. Throws what `late` makes where it takes too long, and what a look throws. */
export async function waitUntil<T>(
  look: () => Promise<T | undefined>,
  late: (timeoutMs: number) => Error,
  { timeoutMs = TIMEOUT_MS, lookMs = LOOK_MS }: WaitOptions = {},
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > end) throw late(timeoutMs);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
