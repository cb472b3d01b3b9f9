/**
 * Times at which blocks are made: when something waits (a block for each transaction, or for a limited number), or at
 * intervals.
 */
export type BlockPolicy =
  | { readonly type: "instant"; readonly maxTransactions?: number }
  | { readonly type: "interval"; readonly intervalMs: number; readonly maxTransactions: number };

/** Times at which batches are sealed, besides their limits. */
export interface BatchPolicy {
  /** Age at which a batch is sealed; undefined for never. */
  readonly maxAgeMs: number | undefined;
  /** Transactions at which a batch is sealed; undefined for no such limit. */
  readonly maxTransactions: number | undefined;
}
