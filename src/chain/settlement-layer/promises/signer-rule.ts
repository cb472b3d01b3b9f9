import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { ImportKind, importKindOf } from "../../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { PromiseRefused } from "./promise-refused.ts";

/** Sealed batch that L1 has not executed. */
export interface PromisableBatch {
  readonly batchNumber: BatchNumber;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  readonly importedRoots: readonly ImportedRoot[];
}

/**
 * Rule of a validator for the batches that it promises: L1 can execute the batch without another chain's batch, and moves its
 * transfers to the receiver. `open`: all sealed batches that L1 has not executed. `receiverBornAt`: second of the receiver's
 * creation. Throws PromiseRefused.
 */
export function requirePromisable(open: readonly PromisableBatch[], batchNumber: BatchNumber, receiverBornAt: bigint): void {
  const batch = open.find((each) => each.batchNumber === batchNumber);
  if (batch === undefined)
    throw new PromiseRefused("BatchNotSealed", `batch ${batchNumber} is not sealed, or L1 has executed it`);
  for (const each of open.filter((other) => other.batchNumber <= batchNumber)) {
    const dependent = each.importedRoots.find(({ registryIndex }) => importKindOf(registryIndex) >= ImportKind.fact);
    if (dependent === undefined) continue;
    throw new PromiseRefused(
      "OpenImportBelow",
      `batch ${each.batchNumber} imports ${dependent.registryIndex}, so L1 executes it only with a batch of another chain`,
    );
  }
  if (batch.firstTimestamp <= receiverBornAt)
    throw new PromiseRefused(
      "SentBeforeChain",
      `batch ${batchNumber} began at ${batch.firstTimestamp}, and the receiver was created at ${receiverBornAt}`,
    );
}
