import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Between two looks. Turns of the event loop in a row would take a processor from what is awaited. */
const LOOK_MS = 3;
/** Of a loaded machine. What takes longer will not come. */
const MOST_MS = 60_000;

/** Resolves once something is so that other processes, threads or timers bring about. */
export async function until(isSo: () => boolean, mostMs = MOST_MS): Promise<void> {
  for (const limit = performance.now() + mostMs; !isSo();) {
    assert.ok(performance.now() < limit, `what was awaited has not come within ${mostMs} ms`);
    await pause(LOOK_MS);
  }
}
