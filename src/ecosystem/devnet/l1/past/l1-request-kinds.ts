/**
 * What a request does to L1 beside the blocks that it makes. value: it sets one of the state. setting: it says how later blocks
 * are made, or for which accounts L1 signs. next: the same of the next block alone. nothing: that, beside its blocks.
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

/** Of a request that is kept. */
export function whatItDoes(method: string): RequestKind {
  return Object.hasOwn(KINDS, method) ? (KINDS[method] ?? "unknown") : "unknown";
}
