import type { Clock } from "./clock.ts";

/**
 * Does something again and again, each time `intervalMs` after it was done; returns what ends that. After a failure it goes
 * on if `onFailure` says true.
 */
export function repeat(
  clock: Clock,
  intervalMs: number,
  work: () => Promise<unknown>,
  onFailure: (error: unknown) => boolean,
): () => void {
  let ended = false;
  let cancel = (): void => undefined;
  const turn = (): void => {
    const again = work().then(
      () => true,
      (error: unknown) => !ended && onFailure(error),
    );
    void again.then((goOn) => {
      if (goOn && !ended) cancel = clock.after(intervalMs, turn);
    });
  };
  cancel = clock.after(intervalMs, turn);
  return () => {
    ended = true;
    cancel();
  };
}
