/** Methods of Ethereum and of Hardhat's node by their number of parameters, optional ones included. */
const METHODS_BY_LIMIT: readonly (readonly [limit: number, names: string])[] = [
  [0, "eth_accounts eth_blobBaseFee eth_blockNumber eth_chainId eth_coinbase eth_gasPrice eth_maxPriorityFeePerGas eth_syncing"],
  [0, "eth_newBlockFilter eth_newPendingTransactionFilter eth_pendingTransactions"],
  [0, "net_listening net_peerCount net_version web3_clientVersion hardhat_getAutomine hardhat_metadata"],
  [1, "eth_getBlockTransactionCountByHash eth_getBlockTransactionCountByNumber eth_getFilterChanges eth_getFilterLogs"],
  [1, "eth_getLogs eth_getTransactionByHash eth_getTransactionReceipt eth_newFilter eth_sendRawTransaction"],
  [1, "eth_sendTransaction eth_uninstallFilter eth_unsubscribe web3_sha3"],
  [1, "evm_increaseTime evm_mine evm_revert evm_setAutomine evm_setIntervalMining evm_setNextBlockTimestamp"],
  [2, "eth_getBalance eth_getBlockByHash eth_getBlockByNumber eth_getCode eth_getTransactionByBlockHashAndIndex"],
  [2, "eth_getTransactionByBlockNumberAndIndex eth_getTransactionCount eth_sign eth_signTypedData_v4"],
  [2, "debug_traceTransaction hardhat_mine hardhat_setBalance"],
  [3, "debug_traceCall eth_feeHistory eth_getStorageAt"],
  // Hardhat's node has no overrides of the block, geth's the fourth parameter.
  [4, "eth_call eth_estimateGas"],
];

const LIMITS = new Map(METHODS_BY_LIMIT.flatMap(([limit, names]) => names.split(" ").map((name) => [name, limit] as const)));

/**
 * Refusal of a request with more parameters than the method has; `undefined` for a valid number. Absent ones
 * are not counted.
 */
export function superfluousParameters(method: string, params: readonly unknown[]): string | undefined {
  const limit = LIMITS.get(method);
  const count = params.findLastIndex((value) => value !== undefined && value !== null) + 1;
  if (limit === undefined || count <= limit) return undefined;
  return `it has ${limit === 0 ? "no parameters" : `${limit} parameter${limit === 1 ? "" : "s"}`}; the request has ${count}, leave the others out`;
}
