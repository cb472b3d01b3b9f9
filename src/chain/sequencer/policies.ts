/** When blocks are made: as soon as something waits (a block for each transaction, or so many at most), or every so often. */
export type BlockPolicy =
  | { readonly type: "instant"; readonly maxTransactions?: number }
  | { readonly type: "interval"; readonly intervalMs: number; readonly maxTransactions: number };

/** When batches are sealed, beside their limits. */
export interface BatchPolicy {
  /** Age at which a batch is sealed; undefined for never. */
  readonly maxAgeMs: number | undefined;
  /** Transactions at which a batch is sealed; undefined for no such limit. */
  readonly maxTransactions: number | undefined;
}
