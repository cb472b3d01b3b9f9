/**
 * Private transfers in a shielded pool on a chain, in Node and in browsers: `hardhat-hyperchain/shielded`. It needs ethers.
 * Proofs are made on the caller's machine, and no secret leaves it.
 */
export { HyperchainError } from "./errors/hyperchain-error.ts";
export type { NamedError } from "./errors/named-error.ts";
export { shieldedPoolAbi } from "./abi/shielded-pool.ts";
export { SHIELDED_POOL_ADDRESS } from "./client/pool/pool-contracts.ts";
export { deployShieldedPool } from "./shielded/deploy-pool.ts";
export type { JoinSplitCall } from "./shielded/pool-calls.ts";
export { sendProvenTransfer } from "./shielded/proven-transfer.ts";
export type { ProvenTransfer } from "./shielded/proven-transfer.ts";
export { ShieldedError } from "./shielded/shielded-error.ts";
export { ShieldedWallet } from "./shielded/shielded-wallet.ts";
export type { ShieldedPayment, ShieldedPlace, ShieldedSending, ShieldedWithdrawal } from "./shielded/shielded-wallet.ts";
