/** Rule by which a chain's gas price follows the costs of its batches on L1, and of their proofs. */
export interface FeeOptions {
  /** Percentage added to the cost in the price that clients receive. Default 25. */
  readonly marginPercent?: number | undefined;
  /** Users' gas among which a batch's cost is shared at least; the operator pays what is missing. Default 5,000,000. */
  readonly batchGas?: number | undefined;
  /** Cost of proving a unit (docs/native.md) for the operator; each gas pays for six. Default 0. */
  readonly unitPriceWei?: number | undefined;
  /** Minimum price that clients receive, and the price before L1 has executed a batch. Default 1,000,000. */
  readonly leastGasPriceWei?: number | undefined;
}
