import { ANVIL_ALIASES } from "./aliases.ts";
import { ECOSYSTEM_PARAMETERS, parameterFault, positionOf } from "./ecosystem-parameters.ts";
import type { RpcMethods } from "./dispatch.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { superfluousParameters } from "./parameter-limits.ts";

/** Parameters without which a method has no answer, in their order. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  ...each("the address of the account", [
    "eth_getAccountInfo eth_getBalance eth_getCode eth_getTransactionCount ots_hasCode txpool_contentFrom",
    "hardhat_impersonateAccount hardhat_stopImpersonatingAccount ots_getContractCreator",
  ]),
  ...each("the hash of the transaction", [
    "eth_getTransactionByHash eth_getTransactionReceipt eth_getRawTransactionByHash debug_getRawTransaction",
    "debug_traceTransaction trace_transaction hardhat_dropTransaction ots_traceTransaction ots_getInternalOperations",
    "ots_getTransactionError zks_getL2ToL1LogProof zks_getTransactionDetails",
  ]),
  ...each("the hash of the block", [
    "eth_getBlockByHash eth_getBlockTransactionCountByHash debug_traceBlockByHash ots_getBlockDetailsByHash",
  ]),
  ...each("the hash of the user operation", ["eth_getUserOperationReceipt eth_getUserOperationByHash"]),
  ...each("the transaction", ["eth_sendTransaction eth_signTransaction zks_estimateFee zks_estimateGasL1ToL2"]),
  ...each("the call", ["eth_call eth_estimateGas eth_createAccessList debug_traceCall"]),
  ...each("the serialized transaction", ["eth_sendRawTransaction eth_sendRawTransactionSync"]),
  ...each("the filter", ["eth_getLogs eth_newFilter trace_filter"]),
  ...each("the id of the filter", ["eth_getFilterChanges eth_getFilterLogs eth_uninstallFilter"]),
  ...each("the block", ["eth_getBlockByNumber eth_getBlockTransactionCountByNumber"]),
  ...each("the number of the batch", ["zks_getL1BatchDetails zks_getL1BatchBlockRange"]),
  ...each("the number of the block", ["zks_getBlockDetails zks_getBlockMetadataByNumber"]),
  ...each("true or false", ["anvil_autoImpersonateAccount evm_setAutomine hardhat_setLoggingEnabled"]),
  ...each("the number of seconds", ["evm_increaseTime"]),
  ...each("the block's timestamp in seconds", ["evm_setNextBlockTimestamp"]),
  ...each("the interval in milliseconds", ["evm_setIntervalMining"]),
  ...each("the id of the snapshot", ["evm_revert"]),
  ...each("the hexadecimal data", ["web3_sha3"]),
  eth_feeHistory: ["the number of blocks"],
  eth_getStorageAt: ["the address of the account", "the slot"],
  eth_getStorageValues: ["the slots by address"],
  eth_getTransactionBySenderAndNonce: ["the address of the account", "the nonce"],
  ots_getTransactionBySenderAndNonce: ["the address of the account", "the nonce"],
  ots_searchTransactionsBefore: ["the address of the account", "the number of the block", "the size of the page"],
  ots_searchTransactionsAfter: ["the address of the account", "the number of the block", "the size of the page"],
  ots_getBlockTransactions: ["the block", "the number of the page", "the size of the page"],
  eth_getTransactionByBlockHashAndIndex: ["the hash of the block", "the index of the transaction"],
  eth_getTransactionByBlockNumberAndIndex: ["the block", "the index of the transaction"],
  eth_getRawTransactionByBlockHashAndIndex: ["the hash of the block", "the index of the transaction"],
  eth_getRawTransactionByBlockNumberAndIndex: ["the block", "the index of the transaction"],
  eth_simulateV1: ["the simulation"],
  eth_sign: ["the address of the account", "the message"],
  personal_sign: ["the message", "the address of the account"],
  eth_signTypedData_v4: ["the address of the account", "the typed data"],
  eth_sendUserOperation: ["the user operation", "the address of the EntryPoint"],
  eth_estimateUserOperationGas: ["the user operation", "the address of the EntryPoint"],
  pm_getPaymasterStubData: ["the user operation", "the address of the EntryPoint", "the chain's id"],
  pm_getPaymasterData: ["the user operation", "the address of the EntryPoint", "the chain's id"],
  trace_get: ["the hash of the transaction", "the list of indices"],
  trace_replayTransaction: ["the hash of the transaction", "the list of traces"],
  trace_replayBlockTransactions: ["the block", "the list of traces"],
  trace_call: ["the call", "the list of traces"],
  zks_getProof: ["the address of the account", "the list of slots"],
  hardhat_setBalance: ["the address of the account", "the balance in wei"],
  hardhat_setCode: ["the address of the account", "the code"],
  hardhat_setNonce: ["the address of the account", "the nonce"],
  hardhat_setStorageAt: ["the address of the account", "the slot", "the value"],
};

/**
 * Methods that refuse a request without a required parameter by the parameter's name and position, also under anvil's names.
 * Methods that Hardhat's node serves also refuse further parameters;
 * methods of this package also refuse parameters of a wrong type.
 */
export function withRequiredParameters(methods: RpcMethods): RpcMethods {
  return {
    get(name) {
      const method = methods.get(name);
      if (method === undefined) return method;
      const faultOf = faultFinder(name);
      return async (params, client) => {
        const fault = faultOf(params);
        if (fault === undefined) return method(params, client);
        throw new RpcError(RpcCode.invalidParams, `${name}: ${fault}`);
      };
    },
  };
}

function faultFinder(name: string): (params: readonly unknown[]) => string | undefined {
  const parameters = ECOSYSTEM_PARAMETERS[name];
  if (parameters !== undefined) return (params) => parameterFault(parameters, params);
  const method = ANVIL_ALIASES[name] ?? name;
  const required = REQUIRED[method] ?? [];
  return (params) => {
    const missing = required.findIndex((_, index) => params[index] === undefined);
    return missing === -1 ? superfluousParameters(method, params) : `${positionOf(missing)} is missing: ${required[missing]}`;
  };
}

function each(parameter: string, names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(names.flatMap((some) => some.split(" ")).map((name) => [name, [parameter]]));
}
