import { sumAssetFlows, type AssetFlow } from "../../../ground/protocol/asset-flows.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { SettlementBatch } from "../batch/settlement-batch.ts";
import { atDepth, findStoredBatch, readTotals, type ChainContract } from "./chain-reader.ts";

/** A batch with the lists that its execution takes. */
export interface ExecutableBatch {
  readonly chainId: ChainId;
  readonly batch: StoredBatch;
  readonly imports: readonly ImportedRoot[];
  readonly flows: readonly AssetFlow[];
}

/** Finds a batch of another chain that L1 has proven and executes next; undefined while it does not. */
export type FindExecutable = (chainId: ChainId, batchNumber: BatchNumber) => Promise<ExecutableBatch | undefined>;

/** Chain whose batches are read at the depth at which L1's blocks count for it. */
interface ReadAtDepth {
  readonly contract: ChainContract;
  readonly confirmations: number;
  readonly settlementChainId: ChainId;
}

/**
 * Finds a batch that L1 has proven and executes next, deep enough. If L1 stores another batch of its number, its peer's link is
 * void, and a block that L1 undoes later must not decide that. Undefined otherwise. Rejects with the provider's error.
 */
export async function readExecutable(
  { outputs: { batchNumber }, importedRoots: imports, logs }: Pick<SettlementBatch, "outputs" | "importedRoots" | "logs">,
  { contract, confirmations, settlementChainId }: ReadAtDepth,
): Promise<Omit<ExecutableBatch, "chainId"> | undefined> {
  const deep = await atDepth(contract, confirmations);
  const { executed, verified } = await readTotals(deep);
  if (executed !== batchNumber || verified <= batchNumber) return undefined;
  const batch = await findStoredBatch(deep, batchNumber);
  return batch && { batch, imports, flows: sumAssetFlows(logs, settlementChainId) };
}
