/** An upgrade that a chain's admin has scheduled on L1, and not withdrawn. */
export interface ScheduledUpgrade {
  /** Of the batches that begin once the upgrade counts. */
  readonly version: bigint;
  /** Seconds: a batch whose first block is older keeps the version before. */
  readonly effectiveAt: bigint;
  /** A batch that follows fewer operations keeps the version before. */
  readonly operations: bigint;
}

/**
 * The protocol version of a chain's batch.
 * `firstTimestamp`: of its first block, seconds. `operationsBefore`: what the batches before it took from L1's queue.
 */
export type VersionOf = (firstTimestamp: bigint, operationsBefore: bigint) => bigint;

/**
 * The version of any batch of a chain, past or next: `ChainSettings.versionOfBatch` at the time of its commit. `upgrades` are all
 * of the chain's, in the order in which they were scheduled; `firstVersion` is the one that it was created with. L1 lets no
 * upgrade be scheduled before a batch of the one before it is executed, nor withdrawn once it is in effect, and takes no batch
 * that is ahead of its clock: so later upgrades, and those that were withdrawn, leave earlier batches their versions.
 */
export function versionOf(
  { firstVersion, upgrades }: { readonly firstVersion: bigint; readonly upgrades: readonly ScheduledUpgrade[] },
  firstTimestamp: bigint,
  operationsBefore: bigint,
): bigint {
  const counts = ({ effectiveAt, operations }: ScheduledUpgrade): boolean =>
    firstTimestamp >= effectiveAt && operationsBefore >= operations;
  return upgrades.findLast(counts)?.version ?? firstVersion;
}
