import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { RelayInfo, ResealInfo, SettledBatchInfo } from "./ecosystem-info.ts";

/** Moves an ecosystem on by hand. */
export interface Driver {
  /**
   * Seals the open batches, of one chain or of all, and resolves when L1 has executed them and all before them: those that
   * were not executed when it was called. Their proofs do not wait for the chain's pace. Of all chains, those that are stopped
   * are left out. Rejects with UnknownChainError, ChainNotRunningError, or with what stopped settlement.
   */
  settle(chainId?: bigint): Promise<readonly SettledBatchInfo[]>;
  /**
   * Reseals batches of a chain, from the last that L1 has committed, or from `fromBatch`, which L1 then reverts. Rejects
   * with UnknownChainError, ChainNotRunningError, or like Resealing.
   */
  reseal(chainId: bigint, fromBatch?: bigint): Promise<ResealInfo>;
  /**
   * Makes every chain look at L1, the relayer at all of them and bridges execute, until nothing moves without a settle.
   * With a transaction it ends when its bridge messages have ended, and bridges start with these alone. Rejects with a
   * provider's error or with the error that stopped a chain.
   */
  relay(sentIn?: Hex): Promise<RelayInfo>;
}
