import type { Delay } from "../delay.ts";
import { SettlementError } from "../settlement-error.ts";

/** Errors that only say that L1's clock is behind: `name` → place of the awaited time among the arguments. */
const TOO_EARLY: Readonly<Record<string, { readonly awaited: number; readonly now: number }>> = {
  // (latest, actual): the batch's own time has not come on L1.
  TimestampInFuture: { awaited: 1, now: 0 },
  // (validFrom, actual): signatures that hold only when those of another batch of the number do not any more.
  ApprovalNotYetValid: { awaited: 0, now: 1 },
  // (earliest, actual)
  ExecutionDelayed: { awaited: 0, now: 1 },
};
const LONGEST_WAIT_SECONDS = 60n;

/** Seconds until L1 takes a call that it refuses only because its time has not come; undefined for any other error. */
export function secondsUntilTaken(error: unknown): bigint | undefined {
  const refusal = error instanceof SettlementError ? error.contractError : undefined;
  const places = TOO_EARLY[refusal?.name ?? ""];
  if (refusal === undefined || places === undefined) return undefined;
  return BigInt(String(refusal.args[places.awaited])) - BigInt(String(refusal.args[places.now]));
}

/** Repeats a call that L1 refuses only because its time has not come. */
export async function whenTimeComes<T>(delay: Delay, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const seconds = secondsUntilTaken(error);
      if (seconds === undefined) throw error;
      await delay(1000 * Number(seconds < LONGEST_WAIT_SECONDS ? seconds : LONGEST_WAIT_SECONDS));
    }
  }
}
