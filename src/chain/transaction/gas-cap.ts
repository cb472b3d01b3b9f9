/** EIP-7825's limit on a transaction's gas, 2^24: as on L1, and what keeps deep recursion in an engine bounded. */
export const TRANSACTION_GAS_CAP = 2n ** 24n;
