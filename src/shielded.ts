/**
 * Private transfers in a shielded pool on a chain, in Node and in browsers: `hardhat-hyperchain/shielded`. It needs ethers.
 * Proofs are made on the caller's machine, and no secret leaves it.
 */
export { HyperchainError } from "./ground/errors/hyperchain-error.ts";
export type { NamedError } from "./ground/errors/named-error.ts";
export { shieldedPoolAbi } from "./ground/abi/shielded-pool.ts";
export { SHIELDED_POOL_ADDRESS } from "./ecosystem/client/pool/pool-contracts.ts";
export { deployShieldedPool } from "./ecosystem/shielded/deploy-pool.ts";
export type { JoinSplitCall } from "./ecosystem/shielded/pool-calls.ts";
export { sendProvenTransfer } from "./ecosystem/shielded/proven-transfer.ts";
export type { ProvenTransfer } from "./ecosystem/shielded/proven-transfer.ts";
export { ShieldedError } from "./ecosystem/shielded/shielded-error.ts";
export { ShieldedWallet } from "./ecosystem/shielded/shielded-wallet.ts";
export type {
  ShieldedPayment,
  ShieldedPlace,
  ShieldedSending,
  ShieldedWithdrawal,
} from "./ecosystem/shielded/shielded-wallet.ts";
