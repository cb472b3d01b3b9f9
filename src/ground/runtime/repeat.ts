import type { Clock } from "./clock.ts";

/**
 * Runs work repeatedly, each time `intervalMs` after its end; returns a function that stops this. After a
 * failure it continues if `onFailure` returns true.
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
