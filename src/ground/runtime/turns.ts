import { setImmediate as turn } from "node:timers/promises";

/** Work in pieces: it yields where something else may have a turn. */
export type InTurns<Done> = Generator<undefined, Done>;

/** For how long the thread is kept from all else. */
const SLICE_MS = 10;

/** All of it at once. */
export function atOnce<Done>(work: InTurns<Done>): Done {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Lets others have their turns meanwhile. Rejects with what the work throws. */
export async function withTurns<Done>(work: InTurns<Done>): Promise<Done> {
  for (let since = performance.now(); ;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (performance.now() - since < SLICE_MS) continue;
    await turn();
    since = performance.now();
  }
}
