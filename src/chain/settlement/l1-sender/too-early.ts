import type { Delay } from "./delay.ts";
import { SettlementError } from "../errors/settlement-error.ts";

/** Errors that only say that L1's clock is behind: `name` → place of the awaited time among the arguments. */
const TOO_EARLY: Readonly<Record<string, { readonly awaited: number; readonly now: number }>> = {
  // (latest, actual): the batch's own time has not come on L1.
  TimestampInFuture: { awaited: 1, now: 0 },
  // (validFrom, actual): signatures that hold only when those of another batch of the number no longer do.
  ApprovalNotYetValid: { awaited: 0, now: 1 },
  // (earliest, actual)
  ExecutionDelayed: { awaited: 0, now: 1 },
  // (version, until, actual): a freeze ends automatically, and can end earlier.
  VersionFrozen: { awaited: 1, now: 2 },
};
const LONGEST_WAIT_SECONDS = 60n;

/** A call that L1 refuses only because its time has not come. */
interface TimeLock {
  /** Name of the contract's error. */
  readonly name: string;
  /** L1's second from which on it takes the call. */
  readonly until: bigint;
  /** Seconds from L1's present time. */
  readonly seconds: bigint;
}

/** Undefined for any other error. */
export function parseTimeLock(error: unknown): TimeLock | undefined {
  const refusal = error instanceof SettlementError ? error.contractError : undefined;
  const places = TOO_EARLY[refusal?.name ?? ""];
  if (refusal === undefined || places === undefined) return undefined;
  const [until, now] = [places.awaited, places.now].map((place) => BigInt(String(refusal.args[place]))) as [bigint, bigint];
  return { name: refusal.name, until, seconds: until - now };
}

/** Waits for these seconds, but at most a minute: L1's clock may be moved. */
export function waitFor(delay: Delay, seconds: bigint): Promise<void> {
  return delay(1000 * Number(seconds < LONGEST_WAIT_SECONDS ? seconds : LONGEST_WAIT_SECONDS));
}

/** Repeats a call that L1 refuses only because its time has not come. */
export async function whenTimeComes<T>(delay: Delay, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const early = parseTimeLock(error);
      if (early === undefined) throw error;
      await waitFor(delay, early.seconds);
    }
  }
}
