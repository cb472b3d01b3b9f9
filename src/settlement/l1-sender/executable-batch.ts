import type { AssetFlow } from "../../protocol/asset-flows.ts";
import type { BatchNumber, ChainId } from "../../protocol/ids.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";

/** A batch with the lists that its execution takes. */
export interface ExecutableBatch {
  readonly chainId: ChainId;
  readonly batch: StoredBatch;
  readonly imports: readonly ImportedRoot[];
  readonly flows: readonly AssetFlow[];
}

/** Finds a batch of another chain that L1 has proven and executes next; undefined while it does not. */
export type FindExecutable = (chainId: ChainId, batchNumber: BatchNumber) => Promise<ExecutableBatch | undefined>;
