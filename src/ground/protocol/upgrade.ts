/** An upgrade that a chain's admin has scheduled on L1, and not withdrawn. */
export interface ScheduledUpgrade {
  /** Version of the batches that begin after the upgrade. */
  readonly version: bigint;
  /** Seconds: a batch whose first block is older keeps the version before. */
  readonly effectiveAt: bigint;
  /** A batch that follows fewer operations keeps the version before. */
  readonly operations: bigint;
}

/** A chain's passage from a version that was halted: all batches from a number on have another. */
interface PassedHalt {
  readonly version: bigint;
  readonly firstBatch: bigint;
}

/** Change of the version of a chain's batches. */
export type VersionChange = ScheduledUpgrade | PassedHalt;

/**
 * The protocol version of a chain's batch.
 * `firstTimestamp`: of its first block, seconds. `operationsBefore`: what the batches before it took from L1's queue.
 */
export type VersionOf = (firstTimestamp: bigint, operationsBefore: bigint, batchNumber: bigint) => bigint;

/**
 * Version of any batch of a chain, past or next: `ChainSettings.versionOfBatch` at the time of its commit. `changes` are
 * all of the chain's, in order; `firstVersion` is the one of its creation. L1 lets no upgrade be scheduled before a batch
 * of the one before it is executed, nor withdrawn after it is in effect, and takes no batch that is ahead of its clock: so
 * later upgrades, and withdrawn ones, leave earlier batches their versions. A passed halt concerns batches that were not
 * executed, all of which are rebuilt.
 */
export function versionOf(
  { firstVersion, changes }: { readonly firstVersion: bigint; readonly changes: readonly VersionChange[] },
  firstTimestamp: bigint,
  operationsBefore: bigint,
  batchNumber: bigint,
): bigint {
  const counts = (change: VersionChange): boolean =>
    "firstBatch" in change
      ? batchNumber >= change.firstBatch
      : firstTimestamp >= change.effectiveAt && operationsBefore >= change.operations;
  return changes.findLast(counts)?.version ?? firstVersion;
}
