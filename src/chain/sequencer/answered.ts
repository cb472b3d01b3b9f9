import type { Clock } from "../../ground/runtime/clock.ts";
import { MAX_UNDECIDED_MS, undecided } from "./sequencer-error.ts";

interface Decisions {
  readonly clock: Pick<Clock, "after">;
  /** Number that each decision changes. */
  readonly decided: () => number;
}

/**
 * Resolves and rejects like the request. Rejects with SequencerError Undecided when no command was decided for
 * MAX_UNDECIDED_MS; the request remains, and may still be executed.
 */
export function answered<Done>(request: Promise<Done>, { clock, decided }: Decisions): Promise<Done> {
  return new Promise((resolve, reject) => {
    let cancel = (): void => undefined;
    const wait = (before: number): void => {
      cancel = clock.after(MAX_UNDECIDED_MS, () => {
        const now = decided();
        if (now === before) reject(undecided());
        else wait(now);
      });
    };
    wait(decided());
    void request.then(resolve, reject).finally(() => cancel());
  });
}
