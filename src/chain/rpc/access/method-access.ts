import { ANVIL_ALIASES } from "../request/aliases.ts";
import { UNSERVED_METHODS } from "../request/unserved-methods.ts";

/**
 * Permission of an external client to call a method of a chain with restricted reading. `open`: every client
 * may; the answer describes no account. `reader`: a session of a reader. `parts`: every client may; the
 * method omits or refuses data of chains that the client may not read.
 */
type MethodAccess = "open" | "reader" | "parts";

/** Methods by which a reader opens and closes a session. */
const SESSION_METHODS = [
  ...["hyperchain_closeSession", "hyperchain_getSessionChallenge", "hyperchain_openSession", "hyperchain_useSession"],
] as const;

/** Constants, and what the chain's settlement on L1 shows to everybody. */
const OPEN = [
  ...["eth_blobBaseFee", "eth_blockNumber", "eth_chainId", "eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_mining"],
  ...["eth_syncing", "net_listening", "net_version", "ots_getApiLevel", "web3_clientVersion", "web3_sha3"],
  ...["eth_config", "pimlico_getUserOperationGasPrice", "rpc_modules"],
  ...["zks_L1BatchNumber", "zks_L1ChainId", "zks_gasPerPubdata", "zks_getBaseTokenL1Address", "zks_getBridgeContracts"],
  ...["zks_getBridgehubContract", "zks_getBytecodeSupplierContract", "zks_getFeeParams", "zks_getMainContract"],
  ...["zks_getProtocolVersion", "zks_getTestnetPaymaster"],
  // They ask for a signature, or the admin's session, themselves.
  ...["hyperchain_getBatchData", "hyperchain_propose", "hyperchain_publishSlot", "hyperchain_setAccessLists"],
  // Of a chain that offers its batches to an aggregator: their records on L1, and proofs of those.
  ...["hyperchain_getOfferedBatches", "hyperchain_getOfferedProof", "hyperchain_importFact"],
  ...["hyperchain_getPromise", "hyperchain_importPromise"],
  ...SESSION_METHODS,
  // Refused to everybody.
  ...UNSERVED_METHODS,
];

/** About the whole ecosystem: every member answers them, so what they tell does not depend on whose port is asked. */
const PARTS = [
  ...[
    "hyperchain_activity",
    "hyperchain_acts",
    "hyperchain_addChain",
    "hyperchain_asTest",
    "hyperchain_removeChain",
    "hyperchain_startChain",
    "hyperchain_stopChain",
  ],
  ...[
    "hyperchain_batch",
    "hyperchain_batches",
    "hyperchain_changes",
    "hyperchain_governance",
    "hyperchain_contracts",
    "hyperchain_deployments",
    "hyperchain_describe",
    "hyperchain_dump",
    "hyperchain_failure",
    "hyperchain_history",
    "hyperchain_sourceSteps",
    "hyperchain_storageChanges",
  ],
  ...["hyperchain_getHub", "hyperchain_getHubBlock", "hyperchain_getHubState", "hyperchain_landHub"],
  "hyperchain_scheduleAggregators",
  ...["hyperchain_info", "hyperchain_lookUp", "hyperchain_message", "hyperchain_messages", "hyperchain_prepare"],
  ...["hyperchain_proof", "hyperchain_read", "hyperchain_relay", "hyperchain_reseal"],
  ...["hyperchain_search", "hyperchain_setFault", "hyperchain_setGuardian", "hyperchain_settle", "hyperchain_status"],
  "hyperchain_traceMessage",
  ...["hyperchain_transactions", "hyperchain_wallet", "evm_snapshot", "evm_revert"],
] as const;

const READER = [
  ...["debug_getRawBlock", "debug_getRawHeader", "debug_getRawReceipts", "eth_getAccountInfo", "eth_getStorageValues"],
  ...["debug_getRawTransaction", "eth_getRawTransactionByBlockHashAndIndex", "eth_getRawTransactionByBlockNumberAndIndex"],
  ...["debug_traceBlockByHash", "debug_traceBlockByNumber", "debug_traceCall", "debug_traceTransaction"],
  ...["eth_getRawTransactionByHash"],
  ...["eth_accounts", "eth_call", "eth_coinbase", "eth_createAccessList", "eth_estimateGas", "eth_feeHistory", "eth_getBalance"],
  ...["eth_getBlockByHash", "eth_getBlockByNumber", "eth_getBlockReceipts", "eth_getBlockTransactionCountByHash"],
  ...["eth_getBlockTransactionCountByNumber", "eth_getCode", "eth_getFilterChanges", "eth_getFilterLogs", "eth_getLogs"],
  ...["eth_getStorageAt", "eth_getTransactionByBlockHashAndIndex", "eth_getTransactionByBlockNumberAndIndex"],
  ...["eth_getTransactionByHash", "eth_getTransactionBySenderAndNonce", "eth_getTransactionCount", "eth_getTransactionReceipt"],
  ...["eth_newBlockFilter", "eth_newFilter", "eth_newPendingTransactionFilter", "eth_pendingTransactions"],
  // Who may run code on a chain sees what the code can see.
  ...["eth_sendRawTransaction", "eth_sendRawTransactionSync", "eth_sendTransaction", "hyperchain_sendLink"],
  ...["eth_sign", "eth_signTransaction", "eth_signTypedData_v4", "eth_simulateV1", "eth_subscribe", "eth_uninstallFilter"],
  ...["eth_unsubscribe", "personal_sign"],
  ...["eth_estimateUserOperationGas", "eth_getUserOperationByHash", "eth_getUserOperationReceipt", "eth_sendUserOperation"],
  ...["eth_supportedEntryPoints", "pm_getPaymasterData", "pm_getPaymasterStubData"],
  ...["evm_increaseTime", "evm_mine", "evm_setAutomine", "evm_setBlockGasLimit", "evm_setIntervalMining"],
  ...["evm_setNextBlockTimestamp", "anvil_autoImpersonateAccount", "anvil_nodeInfo"],
  ...["hardhat_dropTransaction", "hardhat_getAutomine", "hardhat_impersonateAccount", "hardhat_metadata", "hardhat_mine"],
  ...["hardhat_reset", "hardhat_setBalance", "hardhat_setCode", "hardhat_setCoinbase", "hardhat_setLoggingEnabled"],
  ...["hardhat_setMinGasPrice", "hardhat_setNextBlockBaseFeePerGas", "hardhat_setNonce", "hardhat_setPrevRandao"],
  ...["hardhat_setStorageAt", "hardhat_stopImpersonatingAccount", "hyperchain_getAccessLists", "hyperchain_getMessage"],
  ...[
    "hyperchain_cutSlot",
    "hyperchain_encryption",
    "hyperchain_evidence",
    "hyperchain_nodes",
    "hyperchain_sealBatch",
    "hyperchain_slot",
    "hyperchain_waiting",
  ],
  ...["ots_getBlockDetails", "ots_getBlockDetailsByHash", "ots_getBlockTransactions", "ots_getContractCreator"],
  ...["ots_getInternalOperations", "ots_getTransactionBySenderAndNonce", "ots_getTransactionError", "ots_hasCode"],
  ...["ots_searchTransactionsAfter", "ots_searchTransactionsBefore", "ots_traceTransaction"],
  ...["trace_block", "trace_call", "trace_filter", "trace_get", "trace_replayBlockTransactions", "trace_replayTransaction"],
  ...["trace_transaction"],
  ...["txpool_content", "txpool_contentFrom", "txpool_inspect", "txpool_status"],
  ...["zks_estimateFee", "zks_estimateGasL1ToL2", "zks_getBlockDetails", "zks_getBlockMetadataByNumber", "zks_getGenesis"],
  ...["zks_getL1BatchBlockRange", "zks_getL1BatchDetails", "zks_getL2ToL1LogProof", "zks_getProof", "zks_getTransactionDetails"],
] as const;

/** Access by the methods' names, without anvil's names. */
export const METHOD_ACCESS: ReadonlyMap<string, MethodAccess> = new Map([
  ...OPEN.map((method) => [method, "open"] as const),
  ...PARTS.map((method) => [method, "parts"] as const),
  ...READER.map((method) => [method, "reader"] as const),
]);

/** Undefined for a method without a row, which is then not answered to strangers either. */
export function accessOf(method: string): MethodAccess | undefined {
  return METHOD_ACCESS.get(ANVIL_ALIASES[method] ?? method);
}

const FOR_ECOSYSTEM: ReadonlySet<string> = new Set([...PARTS, ...SESSION_METHODS]);

/**
 * True for a method that a paused chain answers: one of the whole ecosystem, or of sessions, by which it is
 * resumed.
 */
export function isForEcosystem(method: string): boolean {
  return FOR_ECOSYSTEM.has(method);
}
