import type { StoredBatch } from "../../../src/protocol/stored-batch.ts";
import { exitOpensAt } from "../model/exits.ts";
import type { Chain } from "../model/world.ts";
import { invariant } from "./violation.ts";

/** A committed batch took one of the waiting operations, unless none was due. */
export function checkForced(chain: Chain, previous: StoredBatch, stored: StoredBatch): void {
  if (stored.priorityOpTotal > previous.priorityOpTotal) return;
  const next = chain.queue.get(stored.priorityOpTotal);
  if (next === undefined) return;
  const deadline = next.deadline / 2n ** 32n;
  const latest = deadline + chain.configuration.priorityOpWindow;
  invariant(
    latest > stored.committedAt,
    () =>
      `chain ${chain.id} left out operation ${stored.priorityOpTotal}, due at ${latest} by L1's clock, at ${stored.committedAt}`,
  );
  invariant(
    deadline > stored.lastTimestamp,
    () => `chain ${chain.id} left out operation ${stored.priorityOpTotal}, due at ${deadline}, at ${stored.lastTimestamp}`,
  );
}

/** Whether the exit is due: an operation has waited longer than its deadline and the chain's delay. */
export function isExitDue(chain: Chain, now: bigint): boolean {
  return !chain.exited.value && now > exitOpensAt(chain);
}
