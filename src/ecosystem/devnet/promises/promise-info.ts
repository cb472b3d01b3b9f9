/** Terms for promises of another chain, as `hyperchain_info` describes them: JSON, with amounts as decimal digits. */
export interface TakenPromisesInfo {
  /** Name of the chain whose validators promise. */
  readonly chain: string;
  /** Minimum stake of the validators that sign. */
  readonly minStakeWei: string;
  /** Maximum of coins in promised batches that L1 has not executed. */
  readonly maxAtRiskWei: string;
  /** True if calls and other assets arrive by a promise as well. */
  readonly anyMessage: boolean;
  /** Penalty of a broken promise, and its payer. */
  readonly sentence: string;
}

/** Promises that a chain has taken. */
export interface PromisesStatus {
  /** Number of promised batches that L1 has not executed. */
  readonly open: number;
  /** Coins of L1 in them, as decimal digits. */
  readonly atRiskWei: string;
  /** Chains whose promises it refuses after a void import, and the second that ends this. */
  readonly shutOut: readonly { readonly chain: string; readonly until: number }[];
  readonly sentence: string;
}

/** A promise that no sealed batch fulfils. */
export interface UnfulfilledPromise {
  readonly batch: number;
  /** Name of the chain that has the promise. */
  readonly toChain: string;
}
