import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { StakeWatcher } from "./stake-watcher.ts";

/**
 * Polls until the signal is aborted. A poll that fails is repeated: it has lost nothing. The trouble is reported when it begins,
 * when its reason changes and, as undefined, when it ends.
 */
export async function watchStakes(
  watcher: Pick<StakeWatcher, "poll">,
  { pollMs, signal, onTrouble }: WatchOptions,
): Promise<void> {
  let trouble: string | undefined;
  while (!signal.aborted) {
    const reason = await watcher.poll().then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    );
    if (signal.aborted) return;
    if (reason !== trouble) onTrouble(reason);
    trouble = reason;
    await pause(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

interface WatchOptions {
  readonly pollMs: number;
  readonly signal: AbortSignal;
  readonly onTrouble: (reason: string | undefined) => void;
}
