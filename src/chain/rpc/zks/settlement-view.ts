import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";

/** A transaction on the settlement layer. */
export interface SettlementPlace {
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  /** Seconds. */
  readonly timestamp: bigint;
}

/** Stages that a batch has reached on the settlement layer; the others are `undefined`. */
export interface BatchStages {
  readonly committed: SettlementPlace | undefined;
  readonly proven: SettlementPlace | undefined;
  /** Confirmation by the second verifier; absent before, and on chains without it. */
  readonly secondCheck?: SettlementPlace;
  readonly executed: SettlementPlace | undefined;
  /** Place of the batch's leaf in the registry of Transaction Roots; known from its execution on. */
  readonly registryLeafIndex: bigint | undefined;
}

/** Batches that came through each stage, counted from batch 0. */
export interface BatchCounts {
  readonly committed: bigint;
  readonly proven: bigint;
  readonly executed: bigint;
}

/**
 * Data on the settlement layer for a chain's readers. The operator's composition supplies them, because the
 * chain does not have them. Methods reject with the provider's error.
 */
export interface SettlementView {
  readonly chainId: ChainId;
  readonly contracts: {
    /** The factory, which answers ZK Stack's Bridgehub calls. */
    readonly bridgehub: Hex;
    /** The chain's own contract. */
    readonly hyperchain: Hex;
    /** Asset router, nullifier and vault in one. */
    readonly bridge: Hex;
  };
  /** The chain's base token there; ETH is address 1. */
  readonly baseToken: Hex;
  stages(batchNumber: BatchNumber): Promise<BatchStages>;
  counts(): Promise<BatchCounts>;
}
