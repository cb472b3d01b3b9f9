/** Methods that Hardhat's node or anvil documents. Each node is asked which of them it has. */
export const METHODS_OF_NODES: readonly string[] = [
  ...prefixed(
    "anvil",
    "addBalance autoImpersonateAccount dealERC20 dropAllTransactions dropTransaction dumpState enableTraces getAutomine getBlobsByTransactionHash getIntervalMining",
  ),
  ...prefixed(
    "anvil",
    "impersonateAccount increaseTime loadState metadata mine mine_detailed nodeInfo removeBlockTimestampInterval removePoolTransactions reorg reset revert rollback",
  ),
  ...prefixed(
    "anvil",
    "setAutomine setBalance setBlockGasLimit setBlockTimestampInterval setChainId setCode setCoinbase setERC20Allowance setIntervalMining setLoggingEnabled setMinGasPrice",
  ),
  ...prefixed(
    "anvil",
    "setNextBlockBaseFeePerGas setNextBlockTimestamp setNonce setRpcUrl setStorageAt setTime snapshot stopImpersonatingAccount",
  ),
  ...prefixed(
    "debug",
    "codeByHash dbGet getRawBlock getRawHeader getRawReceipts getRawTransaction getRawTransactions traceBlockByHash traceBlockByNumber traceCall traceTransaction",
  ),
  ...prefixed("erigon", "getHeaderByNumber"),
  ...prefixed(
    "eth",
    "accounts baseFee blobBaseFee blockNumber call chainId coinbase config createAccessList estimateGas feeHistory fillTransaction gasPrice getAccount getAccountInfo getBalance",
  ),
  ...prefixed(
    "eth",
    "getBlockByHash getBlockByNumber getBlockReceipts getBlockTransactionCountByHash getBlockTransactionCountByNumber getCode getFilterChanges getFilterLogs getHeaderByHash getHeaderByNumber getLogs getProof",
  ),
  ...prefixed(
    "eth",
    "getRawTransactionByBlockHashAndIndex getRawTransactionByBlockNumberAndIndex getRawTransactionByHash getStorageAt getStorageValues getTransactionByBlockHashAndIndex",
  ),
  ...prefixed(
    "eth",
    "getTransactionByBlockNumberAndIndex getTransactionByHash getTransactionBySenderAndNonce getTransactionCount getTransactionReceipt getUncleByBlockHashAndIndex",
  ),
  ...prefixed(
    "eth",
    "getUncleByBlockNumberAndIndex getUncleCountByBlockHash getUncleCountByBlockNumber getWork hashrate maxPriorityFeePerGas mining newBlockFilter newFilter",
  ),
  ...prefixed(
    "eth",
    "newPendingTransactionFilter pendingTransactions protocolVersion sendRawTransaction sendRawTransactionSync sendTransaction sendTransactionSync",
  ),
  ...prefixed(
    "eth",
    "sendUnsignedTransaction sign signTransaction signTypedData signTypedData_v3 signTypedData_v4 simulateV1 submitHashrate submitWork subscribe syncing uninstallFilter unsubscribe",
  ),
  ...prefixed(
    "evm",
    "increaseTime mine mine_detailed revert setAccountNonce setAutomine setBlockGasLimit setIntervalMining setNextBlockTimestamp setTime snapshot",
  ),
  ...prefixed(
    "hardhat",
    "addCompilationResult dropTransaction getAutomine getStackTraceFailuresCount impersonateAccount intervalMine metadata mine reset setBalance setCode setCoinbase setLoggingEnabled",
  ),
  ...prefixed("hardhat", "setMinGasPrice setNextBlockBaseFeePerGas setNonce setPrevRandao setStorageAt stopImpersonatingAccount"),
  ...prefixed("net", "listening peerCount version"),
  ...prefixed(
    "ots",
    "getApiLevel getBlockDetails getBlockDetailsByHash getBlockTransactions getContractCreator getHeaderByNumber getInternalOperations getTransactionBySenderAndNonce",
  ),
  ...prefixed("ots", "getTransactionError hasCode searchTransactionsAfter searchTransactionsBefore traceTransaction"),
  ...prefixed("personal", "sign"),
  ...prefixed("rpc", "modules"),
  ...prefixed("trace", "block call filter get replayBlockTransactions replayTransaction transaction"),
  ...prefixed("txpool", "content contentFrom inspect status"),
  ...prefixed("wallet", "getCapabilities sendTransaction"),
  ...prefixed("web3", "clientVersion sha3"),
];

function prefixed(prefix: string, names: string): readonly string[] {
  return names.split(" ").map((name) => `${prefix}_${name}`);
}
