import { setTimeout as pause } from "node:timers/promises";

/** First pause between two looks. Turns of the event loop in a row would take a processor from what is awaited. */
const FIRST_PAUSE_MS = 3;
/** Later ones: a wait in vain uses hardly any CPU, so that the limits of test files end it (scripts/test-limits.ts). */
const LATER_PAUSE_MS = 50;
/** Looks until the later pauses. */
const FIRST_LOOKS = 1_000;

/** Resolves after other processes, threads or timers have made something so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; !isSo(); looks++) await pause(looks < FIRST_LOOKS ? FIRST_PAUSE_MS : LATER_PAUSE_MS);
}
