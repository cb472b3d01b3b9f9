import type { AssetFlow } from "./asset-flows.ts";
import type { ChainId } from "./ids.ts";
import type { ImportedRoot } from "./rolling-hash.ts";
import type { StoredBatch } from "./stored-batch.ts";

/** An open batch with its proof and the lists for its execution on L1. Plain data. */
export interface FactBatch {
  readonly chainId: ChainId;
  /** Record on L1. */
  readonly stored: StoredBatch;
  readonly imports: readonly ImportedRoot[];
  readonly flows: readonly AssetFlow[];
  /** Name of the program of the proof. */
  readonly program: string;
  readonly proof: Uint8Array;
}

/**
 * Evidence for a fact: every open batch that L1 must execute up to the batch of the fact, which is the last one. L1 can execute
 * them in this order. Plain data.
 */
export interface FactEvidence {
  readonly fact: ImportedRoot;
  readonly batches: readonly FactBatch[];
}
