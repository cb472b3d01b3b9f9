import { sumAssetFlows } from "../../../ground/protocol/asset-flows.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { ImportKind, importKindOf } from "../../../ground/protocol/import-kinds.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import {
  EXECUTION,
  EXECUTION_ON_PROVEN_CHAIN,
  hasRoomForAll,
  l1CostOf,
  NO_LOAD,
  type L1Cost,
} from "../../../ground/protocol/way-to-l1.ts";
import type { SettlementBatch } from "../batch/settlement-batch.ts";
import type { BatchExecution } from "./batch-calls.ts";
import { atDepth, readContract, readTotals } from "./chain-reader.ts";
import type { SenderContext } from "./sender-context.ts";

/** A committed batch, with the contents that its execution needs. */
export interface PendingExecution {
  readonly batch: Pick<SettlementBatch, "importedRoots" | "logs">;
  readonly stored: StoredBatch;
}

/** Lists that the execution of a batch takes. */
export function listsOf(
  { importedRoots: imports, logs }: PendingExecution["batch"],
  settlementChainId: ChainId,
): Omit<BatchExecution, "batch"> {
  return { imports, flows: sumAssetFlows(logs, settlementChainId) };
}

/**
 * The first of the following batches that L1 can execute in one call with the batch: proven at the depth at which L1's blocks
 * count, of the same version, after their delay, with roots as their only imports, and with room for all. Empty if
 * the batch has other imports itself: its call may wait, or be another contract's.
 */
export async function joinableExecutions(
  context: SenderContext,
  first: PendingExecution,
  following: readonly PendingExecution[],
): Promise<readonly BatchExecution[]> {
  const { settlementChainId } = context;
  if (following.length === 0 || !importsRootsOnly(first)) return [];
  const { verified } = await readTotals(await atDepth(context, context.confirmations));
  const latest = await latestCommit(context);
  const execution = context.isOnProvenChain === true ? EXECUTION_ON_PROVEN_CHAIN : EXECUTION;
  const costs = [costOf(first, settlementChainId)];
  const joined: BatchExecution[] = [];
  for (const { batch, stored } of following) {
    const isNext = stored.batchNumber === first.stored.batchNumber + BigInt(joined.length) + 1n;
    const isDue = stored.batchNumber < verified && stored.committedAt <= latest;
    const isAlike = stored.protocolVersion === first.stored.protocolVersion && importsRootsOnly({ batch });
    costs.push(costOf({ batch }, settlementChainId));
    if (!isNext || !isDue || !isAlike || !hasRoomForAll(execution, costs)) break;
    joined.push({ batch: stored, ...listsOf(batch, settlementChainId) });
  }
  return joined;
}

/** Latest commit, in seconds, whose delay has passed at L1's newest block. */
async function latestCommit(context: SenderContext): Promise<bigint> {
  const [{ executionDelay }, newest] = await Promise.all([
    readContract<{ readonly executionDelay: bigint }>(context, "getConfiguration"),
    context.provider.getBlock("latest"),
  ]);
  return BigInt(newest?.timestamp ?? 0) - executionDelay;
}

function importsRootsOnly({ batch }: Pick<PendingExecution, "batch">): boolean {
  return batch.importedRoots.every(({ registryIndex }) => importKindOf(registryIndex) === ImportKind.root);
}

function costOf({ batch }: Pick<PendingExecution, "batch">, settlementChainId: ChainId): L1Cost {
  const { imports, flows } = listsOf(batch, settlementChainId);
  return l1CostOf(EXECUTION, { ...NO_LOAD, importedRoots: imports.length, flows: flows.length });
}
