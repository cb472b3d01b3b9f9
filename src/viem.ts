/** Members of an ecosystem as chains of viem and wagmi: `hardhat-hyperchain/viem`. */
export { viemChain } from "./ecosystem/client/ecosystem/viem-chain.ts";
export type { DescribedChain, ViemChain } from "./ecosystem/client/ecosystem/viem-chain.ts";
export type { Hex } from "./ground/protocol/hex.ts";
