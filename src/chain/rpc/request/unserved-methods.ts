import type { RpcMethod } from "./dispatch.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/** Methods of other nodes that no chain has, each with the nearest alternative. */
const ON_EVERY_CHAIN: Readonly<Record<string, string>> = {
  eth_getProof: "headers name no root of Ethereum's own trie of states; zks_getProof proves values under the root that L1 has",
  eth_getAccount: "a chain has no root of an account's storage; use eth_getAccountInfo",
  eth_fillTransaction: "fill transactions in on the client's side, as clients do after this answer",
  eth_sendTransactionSync: "use eth_sendRawTransactionSync",
  eth_signTypedData: "use eth_signTypedData_v4",
  eth_signTypedData_v3: "use eth_signTypedData_v4",
  debug_codeByHash: "use eth_getCode with the account's address",
  debug_dbGet: "a chain has no database of Ethereum's; use eth_getStorageAt, or zks_getProof",
  erigon_getHeaderByNumber: "use eth_getBlockByNumber",
  eth_hashrate: "a chain has no miners",
  eth_protocolVersion: "a chain has no peers; web3_clientVersion names its software",
  eth_getUncleByBlockHashAndIndex: "blocks of a chain have no uncles",
  eth_getUncleByBlockNumberAndIndex: "blocks of a chain have no uncles",
  eth_getUncleCountByBlockHash: "blocks of a chain have no uncles",
  eth_getUncleCountByBlockNumber: "blocks of a chain have no uncles",
};

/** Reasons and alternatives for methods by which a client changes a development network. */
const IN_DEVELOPMENT: Readonly<Record<string, string>> = {
  anvil_addBalance: "use hardhat_setBalance",
  anvil_dealERC20: "use hardhat_setStorageAt, or hardhat_impersonateAccount with an account that has the tokens",
  anvil_setERC20Allowance: "use hardhat_impersonateAccount with the owner, which approves",
  anvil_dropAllTransactions: "use txpool_content, and hardhat_dropTransaction for each",
  anvil_removePoolTransactions: "use txpool_contentFrom, and hardhat_dropTransaction for each",
  anvil_dumpState: "an ecosystem is dumped as a whole, by hyperchain_dump",
  anvil_loadState: "an ecosystem is loaded as a whole, when it starts; or give the chain its first state with the option import",
  anvil_getBlobsByTransactionHash: "a chain has no blob transactions",
  anvil_getIntervalMining: "evm_setIntervalMining sets it, and nothing else",
  anvil_mine_detailed: "use evm_mine, then eth_getBlockByNumber",
  evm_mine_detailed: "use evm_mine, then eth_getBlockByNumber",
  anvil_reorg: "L1 has the batches; use evm_snapshot and evm_revert, or hyperchain_reseal",
  anvil_rollback: "L1 has the batches; use evm_snapshot and evm_revert",
  anvil_setBlockTimestampInterval: "use evm_setNextBlockTimestamp for each block, or hardhat_mine with an interval",
  anvil_removeBlockTimestampInterval: "a chain has no such interval",
  anvil_setChainId: "the chain's id is on L1; name it in the chain's options",
  anvil_setRpcUrl: "a chain cannot be a fork; its L1 can be one (option l1.fork)",
  anvil_setTime: "L1 and all chains have one clock; use evm_increaseTime, or evm_setNextBlockTimestamp",
  evm_setTime: "L1 and all chains have one clock; use evm_increaseTime, or evm_setNextBlockTimestamp",
  eth_sendUnsignedTransaction: "use hardhat_impersonateAccount, then eth_sendTransaction",
  evm_setAccountNonce: "use hardhat_setNonce",
};

/** Methods of other nodes that a chain refuses by name, with the nearest alternative. */
export const ALTERNATIVES: Readonly<Record<string, string>> = { ...ON_EVERY_CHAIN, ...IN_DEVELOPMENT };

export const UNSERVED_METHODS: readonly string[] = Object.keys(ALTERNATIVES);

/**
 * Refusals of other nodes' methods, by name and with the nearest alternative. Their code is that of a method that does not exist,
 * by which clients find their own way.
 */
export function unservedMethods(isDevelopment: boolean): ReadonlyMap<string, RpcMethod> {
  return new Map(
    Object.entries(isDevelopment ? ALTERNATIVES : ON_EVERY_CHAIN).map(([method, instead]) => [
      method,
      async () => {
        throw new RpcError(RpcCode.methodNotFound, `${method} is not served by a hyperchain: ${instead}`, {
          code: "MethodNotServed",
          instead,
        });
      },
    ]),
  );
}
