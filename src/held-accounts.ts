/**
 * Accounts whose data their owners store, on chains with the contract `HeldAccounts`: `hardhat-hyperchain/held-accounts`, for
 * Node. It needs ethers. A lost file is lost money.
 */
export type { ChainName, Ecosystem, EcosystemChain } from "./client/ecosystem/ecosystem.ts";
export { HyperchainError } from "./errors/hyperchain-error.ts";
export type { NamedError } from "./errors/named-error.ts";
export { heldAccountsAbi } from "./abi/held-accounts.ts";
export { heldExitAbi } from "./abi/held-exit.ts";
export { HeldAccountFile } from "./held-accounts/account-file.ts";
export type { HeldAccountName, SignedAct } from "./held-accounts/file-records.ts";
export type { BurnProof, HeldAct, HeldGift, RedeemedGift, RedeemedNote } from "./held-accounts/act.ts";
export { CollectorClient } from "./held-accounts/collector-client.ts";
export { CollectorError } from "./held-accounts/collector-error.ts";
export type { CollectorErrorCode } from "./held-accounts/collector-error.ts";
export { serveCollector } from "./held-accounts/collector-server.ts";
export type { CollectorServer, ServedCollector } from "./held-accounts/collector-server.ts";
export { Collector, DEFAULT_COLLECTOR_PLAN } from "./held-accounts/collector.ts";
export type { ActCollector, ActSignature, CollectorPlan, JoinedAct, PostedAct, PostingChain } from "./held-accounts/collector.ts";
export { deployHeldAccounts } from "./held-accounts/deploy-held-accounts.ts";
export { ClaimWatcher } from "./held-accounts/exit/claim-watcher.ts";
export type { RefutedClaim } from "./held-accounts/exit/claim-watcher.ts";
export { HeldExit } from "./held-accounts/exit/held-exit.ts";
export type { HeldExitClaim, HeldExitPayment, HeldExitPlace, HeldLeafProof } from "./held-accounts/exit/held-exit.ts";
export { HeldAccountError } from "./held-accounts/held-account-error.ts";
export type { HeldAccountErrorCode } from "./held-accounts/held-account-error.ts";
export { encodePost, HeldContract } from "./held-accounts/held-contract.ts";
export type { SentRegistration } from "./held-accounts/held-contract.ts";
export { HELD_ACCOUNTS_ADDRESS } from "./protocol/held-accounts-address.ts";
export { decodeBurnProof, encodeBurnProof } from "./held-accounts/held-json.ts";
export { registerHeldAccount } from "./held-accounts/register-account.ts";
export type { RegisteredAccount } from "./held-accounts/register-account.ts";
export { HeldWallet } from "./held-accounts/held-wallet.ts";
export type { HeldChain, HeldWalletPorts } from "./held-accounts/held-wallet.ts";
export type { ListingReader } from "./held-accounts/listing.ts";
export type { HeldContents, Spending, StoredContents } from "./held-accounts/plan-act.ts";
export { proveRegistration, verifyRegistration } from "./held-accounts/registration.ts";
export type { HeldRegistration } from "./held-accounts/registration.ts";
export type { HeldAmount, HeldNote, HeldOpening, HeldPayment } from "./protocol/held-accounts/formats.ts";
export type { RedeemedAbsence, RedeemedSet } from "./protocol/held-accounts/redeemed-set.ts";
export type { Clock } from "./runtime/clock.ts";
export type { Hex } from "./protocol/hex.ts";
