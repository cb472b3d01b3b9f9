import { BatchRefusal } from "./refusal.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";

/** A validator's own view of time, in seconds. */
export interface TimeBounds {
  /** Timestamp of L1's next block. */
  readonly l1Time: bigint;
  /** Maximum delay of a batch: the time that the chain has for an operation of L1's queue. */
  readonly window: bigint;
}

/**
 * Compares a batch's last timestamp with L1's time. A chain whose clock lags could delay operations of L1's queue beyond
 * their deadlines; L1 itself only checks that time does not run backwards, nor ahead of it. Throws BatchRefusal
 * TimestampTooOld, which is permanent, and TimestampAhead, which is temporary.
 */
export function checkTime(batchNumber: BatchNumber, lastTimestamp: bigint, { l1Time, window }: TimeBounds): void {
  if (lastTimestamp > l1Time) {
    throw new BatchRefusal("TimestampAhead", `batch ${batchNumber} ends at ${lastTimestamp}, L1 is at ${l1Time}`);
  }
  if (lastTimestamp < l1Time - window) {
    throw new BatchRefusal(
      "TimestampTooOld",
      `batch ${batchNumber} ends at ${lastTimestamp}, more than the ${window} s of the chain's window before L1's ${l1Time}`,
    );
  }
}
