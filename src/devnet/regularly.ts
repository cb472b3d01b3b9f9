import type { Clock } from "../chain/clock.ts";

/**
 * Does something again and again, each time `intervalMs` after it was done; returns what ends that. After a failure it is
 * not done again.
 */
export function regularly(clock: Clock, intervalMs: number, work: () => Promise<unknown>, onFailure: (error: unknown) => void): () => void {
  let ended = false;
  let cancel = (): void => undefined;
  const turn = (): void => {
    work().then(
      () => {
        if (!ended) cancel = clock.after(intervalMs, turn);
      },
      (error: unknown) => {
        if (!ended) onFailure(error);
      },
    );
  };
  cancel = clock.after(intervalMs, turn);
  return () => {
    ended = true;
    cancel();
  };
}
