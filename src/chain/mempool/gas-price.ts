/** Gas price of a chain's transactions, in wei of its coin for gas. Both may change while the chain runs. */
export interface GasPrice {
  /** Price for clients: `eth_gasPrice`, `eth_maxPriorityFeePerGas`, and the lowest reward in `eth_feeHistory`. */
  readonly toldWei: bigint;
  /** The least that a transaction may pay. The base fee is 0, so what it pays is its priority fee, up to its fee cap. */
  readonly leastWei: bigint;
}
