/** What a chain's transactions pay for gas, in wei of what pays for it there. Both may move while the chain runs. */
export interface GasPrice {
  /** What clients are told: `eth_gasPrice`, `eth_maxPriorityFeePerGas`, and the least reward in `eth_feeHistory`. */
  readonly toldWei: bigint;
  /** The least that a transaction may pay. The base fee is 0, so what it pays is its priority fee, up to its fee cap. */
  readonly leastWei: bigint;
}
