/**
 * Effect of a request on L1 besides its blocks. value: it sets a value of the state. setting: it changes the making of
 * later blocks, or the accounts for which L1 signs. next: it changes the next block alone. nothing: no other effect.
 */
type RequestKind = "value" | "setting" | "next" | "nothing" | "unknown";

const KINDS: Readonly<Record<string, RequestKind>> = {
  hardhat_setBalance: "value",
  hardhat_setCode: "value",
  hardhat_setNonce: "value",
  hardhat_setStorageAt: "value",
  evm_setAutomine: "setting",
  evm_setBlockGasLimit: "setting",
  hardhat_impersonateAccount: "setting",
  hardhat_setCoinbase: "setting",
  hardhat_setMinGasPrice: "setting",
  hardhat_stopImpersonatingAccount: "setting",
  hardhat_setNextBlockBaseFeePerGas: "next",
  hardhat_setPrevRandao: "next",
  evm_mine: "nothing",
  evm_setIntervalMining: "nothing",
  eth_sendRawTransaction: "nothing",
  eth_sendTransaction: "nothing",
  hardhat_dropTransaction: "nothing",
  hardhat_mine: "nothing",
};

/** Kind of a stored request. */
export function requestKind(method: string): RequestKind {
  return Object.hasOwn(KINDS, method) ? (KINDS[method] ?? "unknown") : "unknown";
}
