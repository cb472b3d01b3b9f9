/** What opcodes and the kernel read besides state: constants of a run. */
export interface RunEnvironment {
  readonly chainId: bigint;
  /** Wei a unit of gas, burnt. */
  readonly baseFee: bigint;
  /** Gas limit of a block, as GASLIMIT gives it. */
  readonly blockGasLimit: bigint;
  /** What stands between transactions and is not in state, at the start of the run. */
  readonly boundary: { readonly blockNumber: bigint; readonly timestamp: bigint; readonly coinbase: bigint };
}
