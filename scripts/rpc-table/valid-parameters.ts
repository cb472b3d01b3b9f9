import type { ProbedNode } from "./probed-node.ts";

type Parameters = (node: ProbedNode) => readonly unknown[] | Promise<readonly unknown[]>;

const HASH = `0x${"ab".repeat(32)}`;
const ZERO_WORD = `0x${"00".repeat(32)}`;

const none: Parameters = () => [];
const byHash: Parameters = async (node) => [(await node.mined()).hash];
const byBlock: Parameters = async (node) => [(await node.mined()).blockNumber];
const byBlockHash: Parameters = async (node) => [(await node.mined()).blockHash];
const inBlock: Parameters = async (node) => [(await node.mined()).blockNumber, "0x0"];
const inBlockHash: Parameters = async (node) => [(await node.mined()).blockHash, "0x0"];
const ofAccount: Parameters = ({ account }) => [account, "latest"];
const ofContract: Parameters = ({ contract }) => [contract, "latest"];
const call: Parameters = (node) => [node.call, "latest"];
const byNonce: Parameters = async (node) => [node.account, (await node.mined()).nonce];
const send: Parameters = async (node) => [await node.unsent()];
const sendRaw: Parameters = async (node) => [await node.signed()];
const time: Parameters = async (node) => [await node.later()];
const amount: Parameters = ({ other }) => [other, "0x5"];
const typedData: Parameters = ({ account, typedData: data }) => [account, data];
const traceKinds = ["trace"];

/** Parameters with which a node that has the method answers it, by the method's name, or by what follows `_` in it. */
const PARAMETERS: Readonly<Record<string, Parameters>> = {
  ...same(
    none,
    "accounts autoImpersonateAccount baseFee blobBaseFee blockNumber chainId coinbase config gasPrice maxPriorityFeePerGas mining clientVersion",
  ),
  ...same(
    none,
    "newBlockFilter newPendingTransactionFilter pendingTransactions protocolVersion syncing hashrate getWork listening peerCount",
  ),
  ...same(
    none,
    "version modules content inspect status getApiLevel getAutomine getIntervalMining metadata nodeInfo dumpState enableTraces",
  ),
  ...same(
    none,
    "dropAllTransactions removeBlockTimestampInterval snapshot mine mine_detailed intervalMine getStackTraceFailuresCount",
  ),
  ...same(none, "getCapabilities getGenesisTime reset eth_networkId getUserOperationGasPrice"),
  ...same(
    byHash,
    "getTransactionByHash getTransactionReceipt getRawTransactionByHash getRawTransaction getBlobsByTransactionHash",
  ),
  ...same(byHash, "traceTransaction transaction getInternalOperations getTransactionError"),
  ...same(
    byBlock,
    "getBlockReceipts getBlockTransactionCountByNumber getUncleCountByBlockNumber traceBlockByNumber block getHeaderByNumber",
  ),
  ...same(byBlock, "getBlockDetails getRawBlock getRawHeader getRawReceipts getRawTransactions"),
  ...same(
    byBlockHash,
    "getBlockTransactionCountByHash getUncleCountByBlockHash traceBlockByHash getBlockDetailsByHash getHeaderByHash",
  ),
  ...same(inBlock, "getTransactionByBlockNumberAndIndex getRawTransactionByBlockNumberAndIndex getUncleByBlockNumberAndIndex"),
  ...same(inBlockHash, "getTransactionByBlockHashAndIndex getRawTransactionByBlockHashAndIndex getUncleByBlockHashAndIndex"),
  ...same(ofAccount, "getAccount getAccountInfo getBalance getTransactionCount"),
  ...same(ofContract, "getCode hasCode"),
  ...same(call, "eth_call createAccessList estimateGas traceCall"),
  ...same(byNonce, "getTransactionBySenderAndNonce"),
  ...same(send, "sendTransaction sendTransactionSync sendUnsignedTransaction signTransaction fillTransaction"),
  ...same(sendRaw, "sendRawTransaction sendRawTransactionSync"),
  ...same(time, "setNextBlockTimestamp setTime"),
  ...same(amount, "addBalance setBalance setNonce setAccountNonce"),
  ...same(typedData, "signTypedData signTypedData_v3 signTypedData_v4"),
  ...same(({ other }) => [other], "impersonateAccount stopImpersonatingAccount setCoinbase removePoolTransactions contentFrom"),
  setAutomine: () => [true],
  setLoggingEnabled: () => [false],
  setIntervalMining: () => [0],
  ...same(() => [1], "increaseTime setBlockTimestampInterval rollback"),
  ...same(() => ["0x3b9aca00"], "setNextBlockBaseFeePerGas setMinGasPrice"),
  ...same(() => [HASH, ZERO_WORD], "submitHashrate"),
  addCompilationResult: () => ["0.8.28", {}, {}],
  anvil_autoImpersonateAccount: () => [false],
  codeByHash: ({ codeHash }) => [codeHash, null],
  dbGet: () => [HASH],
  dealERC20: ({ other, contract }) => [other, contract, "0x1"],
  dropTransaction: async (node) => [await node.waiting()],
  eth_getStorageValues: ({ contract }) => [{ [contract]: [ZERO_WORD] }, "latest"],
  eth_sign: ({ account }) => [account, "0x00"],
  feeHistory: () => ["0x1", "latest", [50]],
  getBlockByHash: async (node) => [(await node.mined()).blockHash, false],
  getBlockByNumber: () => ["latest", false],
  getBlockTransactions: async (node) => [Number((await node.mined()).blockNumber), 0, 10],
  getContractCreator: ({ contract }) => [contract],
  getFilterChanges: async (node) => [await node.send("eth_newFilter", {})],
  getFilterLogs: async (node) => [await node.send("eth_newFilter", {})],
  getLogs: () => [{ fromBlock: "latest" }],
  getProof: ({ contract }) => [contract, [ZERO_WORD], "latest"],
  getStorageAt: ({ contract }) => [contract, "0x0", "latest"],
  loadState: async (node) => [await node.send("anvil_dumpState")],
  newFilter: () => [{}],
  personal_sign: ({ account }) => ["0x00", account],
  reorg: () => [1, []],
  replayBlockTransactions: async (node) => [(await node.mined()).blockNumber, traceKinds],
  replayTransaction: async (node) => [(await node.mined()).hash, traceKinds],
  revert: async (node) => [await node.send("evm_snapshot")],
  searchTransactionsAfter: ({ account }) => [account, 0, 10],
  searchTransactionsBefore: ({ account }) => [account, 0, 10],
  setBlockGasLimit: () => ["0x1c9c380"],
  setChainId: async (node) => [Number(await node.send("eth_chainId"))],
  setCode: ({ other }) => [other, "0x00"],
  setERC20Allowance: ({ account, other, contract }) => [account, other, contract, "0x1"],
  setPrevRandao: () => [HASH],
  setRpcUrl: () => ["http://127.0.0.1:1"],
  setStorageAt: ({ other }) => [other, "0x0", ZERO_WORD],
  sha3: () => ["0x00"],
  simulateV1: (node) => [{ blockStateCalls: [{ calls: [node.call] }] }, "latest"],
  submitWork: () => ["0x0000000000000001", HASH, HASH],
  subscribe: () => ["newHeads"],
  trace_call: (node) => [node.call, traceKinds, "latest"],
  trace_filter: async (node) => {
    const { blockNumber } = await node.mined();
    return [{ fromBlock: blockNumber, toBlock: blockNumber }];
  },
  trace_get: async (node) => [(await node.mined()).hash, ["0x0"]],
  uninstallFilter: async (node) => [await node.send("eth_newFilter", {})],
  unsubscribe: async (node) => [await node.send("eth_subscribe", "newHeads")],
};

/** Parameters that are valid for the method, once. Throws if none are known. */
export async function validParameters(method: string, node: ProbedNode): Promise<readonly unknown[]> {
  const parameters = PARAMETERS[method] ?? PARAMETERS[method.slice(method.indexOf("_") + 1)];
  if (parameters === undefined) throw new Error(`scripts/rpc-table/valid-parameters.ts has none for ${method}`);
  return parameters(node);
}

function same(parameters: Parameters, names: string): Readonly<Record<string, Parameters>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, parameters]));
}
