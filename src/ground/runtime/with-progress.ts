import type { Clock } from "./clock.ts";
import { repeat } from "./repeat.ts";

/** Milliseconds between two lines about work that is pending. */
const PROGRESS_MS = 10_000;

/** Waits for work, and reports each ten seconds for how many seconds. Rejects with the work's error. */
export async function withProgress<T>(work: Promise<T>, clock: Clock, report: (seconds: number) => void): Promise<T> {
  const begun = clock.nowMs();
  const reportNow = async (): Promise<void> => report(Math.round((clock.nowMs() - begun) / 1_000));
  const stop = repeat(clock, PROGRESS_MS, reportNow, () => true);
  try {
    return await work;
  } finally {
    stop();
  }
}
