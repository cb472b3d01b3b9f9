import { L1ReorgError } from "../../node/inflow/l1-inputs.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Disposer } from "../../runtime/disposer.ts";
import { newestRun } from "../../runtime/newest-run.ts";
import { repeat } from "../../runtime/repeat.ts";
import type { ServedChain } from "../chains/served-chain.ts";
import type { CompleteOptions } from "../options.ts";

/** How a chain of an ecosystem that moves by itself looks at L1. */
interface L1Watch {
  /** From now on, from time to time. */
  begin(): void;
  /** Looks now; does nothing before `begin`. What it finds, an error too, is told as that of any other look. */
  look(): Promise<void>;
}

interface L1WatchDependencies {
  readonly options: Pick<CompleteOptions, "pollIntervalMs">;
  readonly clock: Clock;
  /** Told once, when it looks no more. */
  readonly events: { readonly onStop?: (chainId: bigint, error: unknown) => void };
}

/** Undefined where the ecosystem does not move by itself. */
export function watchL1(
  { chainId, pipeline, executionWatch }: Pick<ServedChain, "chainId" | "pipeline" | "executionWatch">,
  { options: { pollIntervalMs }, clock, events }: L1WatchDependencies,
  closing: Disposer,
): L1Watch | undefined {
  if (pollIntervalMs === undefined) return undefined;
  let isWatching = false;
  // One for all: L1 says once that it took back what the chain stands on, and who asked for the look does not matter.
  const look = newestRun(async () => {
    if (!isWatching) return;
    try {
      await pipeline.pollL1();
    } catch (error) {
      // L1 may only not have answered: a poll that fails has taken over nothing, so the next one finds all of it.
      if (!isWatching || (!(error instanceof L1ReorgError) && pipeline.fault() === undefined)) return;
      isWatching = false;
      events.onStop?.(chainId, error);
    }
  });
  const lookAgain = async (): Promise<void> => {
    await look();
    if (!isWatching) throw new TypeError(`chain ${chainId} looks no more`);
  };
  return {
    begin() {
      isWatching = true;
      // It may only not have been answered.
      if (executionWatch !== undefined)
        closing.add(
          repeat(
            clock,
            pollIntervalMs,
            () => executionWatch.look(),
            () => true,
          ),
        );
      closing.add(repeat(clock, pollIntervalMs, lookAgain, () => false));
      closing.add(() => {
        isWatching = false;
      });
    },
    look,
  };
}
