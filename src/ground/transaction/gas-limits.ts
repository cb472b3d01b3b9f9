/** EIP-7825's limit on a transaction's gas, 2^24: as on L1, and what keeps deep recursion in an engine bounded. */
export const TRANSACTION_GAS_CAP = 2n ** 24n;

/**
 * Gas limit of every block, 2^50 as on ZK Stack chains. So far above what a block can use that the base fee, which
 * starts at 0, stays there: all fees reach the operator.
 */
export const BLOCK_GAS_LIMIT = 2n ** 50n;
