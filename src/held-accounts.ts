/**
 * Accounts whose data their owners store, on chains with the contract `HeldAccounts`: `hardhat-hyperchain/held-accounts`, for
 * Node. It needs ethers. A lost file is lost money.
 */
export type { ChainName, Ecosystem, EcosystemChain } from "./ecosystem/client/ecosystem/ecosystem.ts";
export { HyperchainError } from "./ground/errors/hyperchain-error.ts";
export type { NamedError } from "./ground/errors/named-error.ts";
export { heldAccountsAbi } from "./ground/abi/held-accounts.ts";
export { heldExitAbi } from "./ground/abi/held-exit.ts";
export { HeldAccountFile } from "./ecosystem/held-accounts/account-file.ts";
export type { HeldAccountName, SignedAct } from "./ecosystem/held-accounts/file-records.ts";
export type { BurnProof, HeldAct, HeldGift, RedeemedGift, RedeemedNote } from "./ecosystem/held-accounts/act.ts";
export { CollectorClient } from "./ecosystem/held-accounts/collector-client.ts";
export { CollectorError } from "./ecosystem/held-accounts/collector-error.ts";
export type { CollectorErrorCode } from "./ecosystem/held-accounts/collector-error.ts";
export { serveCollector } from "./ecosystem/held-accounts/collector-server.ts";
export type { CollectorServer, ServedCollector } from "./ecosystem/held-accounts/collector-server.ts";
export { Collector, DEFAULT_COLLECTOR_PLAN } from "./ecosystem/held-accounts/collector.ts";
export type {
  ActCollector,
  ActSignature,
  CollectorPlan,
  JoinedAct,
  PostedAct,
  PostingChain,
} from "./ecosystem/held-accounts/collector.ts";
export { deployHeldAccounts } from "./ecosystem/held-accounts/deploy-held-accounts.ts";
export { ClaimWatcher } from "./ecosystem/held-accounts/exit/claim-watcher.ts";
export type { RefutedClaim } from "./ecosystem/held-accounts/exit/claim-watcher.ts";
export { HeldExit } from "./ecosystem/held-accounts/exit/held-exit.ts";
export type { HeldExitClaim, HeldExitPayment, HeldExitPlace, HeldLeafProof } from "./ecosystem/held-accounts/exit/held-exit.ts";
export { HeldAccountError } from "./ecosystem/held-accounts/held-account-error.ts";
export type { HeldAccountErrorCode } from "./ecosystem/held-accounts/held-account-error.ts";
export { encodePost, HeldContract } from "./ecosystem/held-accounts/held-contract.ts";
export type { SentRegistration } from "./ecosystem/held-accounts/held-contract.ts";
export { HELD_ACCOUNTS_ADDRESS } from "./ground/protocol/held-accounts-address.ts";
export { decodeBurnProof, encodeBurnProof } from "./ecosystem/held-accounts/held-json.ts";
export { registerHeldAccount } from "./ecosystem/held-accounts/register-account.ts";
export type { RegisteredAccount } from "./ecosystem/held-accounts/register-account.ts";
export { HeldWallet } from "./ecosystem/held-accounts/held-wallet.ts";
export type { HeldChain, HeldWalletPorts } from "./ecosystem/held-accounts/held-wallet.ts";
export type { ListingReader } from "./ecosystem/held-accounts/listing.ts";
export type { HeldContents, Spending, StoredContents } from "./ecosystem/held-accounts/plan-act.ts";
export { proveRegistration, verifyRegistration } from "./ecosystem/held-accounts/registration.ts";
export type { HeldRegistration } from "./ecosystem/held-accounts/registration.ts";
export type { HeldAmount, HeldNote, HeldOpening, HeldPayment } from "./ground/protocol/held-accounts/formats.ts";
export type { RedeemedAbsence, RedeemedSet } from "./ground/protocol/held-accounts/redeemed-set.ts";
export type { Clock } from "./ground/runtime/clock.ts";
export type { Hex } from "./ground/protocol/hex.ts";
