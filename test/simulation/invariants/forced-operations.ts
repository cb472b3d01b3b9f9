import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { hyperchainInterface, topicOf } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { exitOpensAt } from "../model/exits.ts";
import type { Chain, World } from "../model/world.ts";
import type { Log } from "../support/l1.ts";
import { invariant } from "./violation.ts";

const BATCH_STORED = topicOf(hyperchainInterface, "BatchStored");

/** Checks each batch that L1 takes, by its event: it took one of the waiting operations, unless none was due. */
export class ForcedOperations {
  /** Operations that a chain's batches took, up to each number. */
  readonly #taken = new Map<string, bigint>();

  check(world: World, logs: readonly Log[]): void {
    for (const log of logs.filter(({ topics }) => topics[0] === BATCH_STORED)) {
      const chain = world.chainAt(log.address);
      const stored = hyperchainInterface.parseLog(log)!.args["batch"] as StoredBatch;
      checkForced(chain, this.#taken.get(`${chain.id},${stored.batchNumber}`) ?? 0n, stored);
      this.#taken.set(`${chain.id},${stored.batchNumber + 1n}`, stored.priorityOpTotal);
    }
  }
}

function checkForced(chain: Chain, before: bigint, stored: StoredBatch): void {
  if (stored.priorityOpTotal > before) return;
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
