/** Members of an ecosystem as chains of viem and wagmi: `hardhat-hyperchain/viem`. */
export { viemChain } from "./client/ecosystem/viem-chain.ts";
export type { DescribedChain, ViemChain } from "./client/ecosystem/viem-chain.ts";
export type { Hex } from "./protocol/hex.ts";
