/** How a chain's gas price follows what its batches cost on L1, and their proofs. */
export interface FeeOptions {
  /** Added to the cost in what clients are told to pay. Default 25. */
  readonly marginPercent?: number | undefined;
  /** Users' gas among which a batch's cost is shared at least; the operator pays what is missing. Default 5,000,000. */
  readonly batchGas?: number | undefined;
  /** What it costs the operator to prove a unit (docs/native.md), of which each gas pays for six. Default 0. */
  readonly unitPriceWei?: number | undefined;
  /** What clients are told at least, and all that is known before L1 has executed a batch. Default 1,000,000. */
  readonly leastGasPriceWei?: number | undefined;
}
