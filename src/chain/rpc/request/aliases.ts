import type { RpcMethods } from "./dispatch.ts";

/** anvil's names of methods that chains, and L1, have under Hardhat's. */
export const ANVIL_ALIASES: Readonly<Record<string, string>> = {
  anvil_dropTransaction: "hardhat_dropTransaction",
  anvil_getAutomine: "hardhat_getAutomine",
  anvil_impersonateAccount: "hardhat_impersonateAccount",
  anvil_increaseTime: "evm_increaseTime",
  anvil_metadata: "hardhat_metadata",
  anvil_mine: "hardhat_mine",
  anvil_reset: "hardhat_reset",
  anvil_revert: "evm_revert",
  anvil_setAutomine: "evm_setAutomine",
  anvil_setBalance: "hardhat_setBalance",
  anvil_setBlockGasLimit: "evm_setBlockGasLimit",
  anvil_setCode: "hardhat_setCode",
  anvil_setCoinbase: "hardhat_setCoinbase",
  anvil_setIntervalMining: "evm_setIntervalMining",
  anvil_setLoggingEnabled: "hardhat_setLoggingEnabled",
  anvil_setMinGasPrice: "hardhat_setMinGasPrice",
  anvil_setNextBlockBaseFeePerGas: "hardhat_setNextBlockBaseFeePerGas",
  anvil_setNextBlockTimestamp: "evm_setNextBlockTimestamp",
  anvil_setNonce: "hardhat_setNonce",
  anvil_setStorageAt: "hardhat_setStorageAt",
  anvil_snapshot: "evm_snapshot",
  anvil_stopImpersonatingAccount: "hardhat_stopImpersonatingAccount",
};

/**
 * The methods, also under anvil's names. Looked up for each request, since a method may be replaced while it
 * is served.
 */
export function withAliases(methods: RpcMethods): RpcMethods {
  return {
    get(name) {
      const method = methods.get(name);
      const stock = ANVIL_ALIASES[name];
      return method ?? (stock === undefined ? undefined : methods.get(stock));
    },
  };
}
