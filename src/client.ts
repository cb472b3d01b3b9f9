/**
 * Functions of an ecosystem for front-ends and scripts, without Hardhat: `hardhat-hyperchain/client`. They need ethers;
 * clients of viem sign through `viemSigner`.
 */
export { stepsOf } from "./client/sending/act-steps.ts";
export type { Act, UnsignedTransaction } from "./client/sending/act-steps.ts";
export { announceToken, describeToken } from "./client/messages/announce.ts";
export type { Announcement } from "./client/messages/announce.ts";
export { bundleResult } from "./client/messages/bundle-result.ts";
export type { BundleResult } from "./client/messages/bundle-result.ts";
export { call, requireContract } from "./client/calls/call.ts";
export type { CallRequest } from "./client/calls/call.ts";
export { callTogether } from "./client/calls/call-together.ts";
export type { CallInQueue, CallsTogether } from "./client/calls/call-together.ts";
export { chainAccountsAddress, l1AccountOf } from "./client/calls/chain-accounts.ts";
export { callAfterExit } from "./client/calls/account-after-exit.ts";
export type { CallAfterExit } from "./client/calls/account-after-exit.ts";
export { executeL1Call, findL1Call, onwardCall } from "./client/calls/l1-calls.ts";
export type { ExecutedL1Call, FoundL1Call, L1CallName, L1CallState, OnwardCall } from "./client/calls/l1-calls.ts";
export type { SentCall, SentL1Call } from "./client/calls/direct-call.ts";
export {
  checksumOf,
  encodeChainAddress,
  formatChainAddress,
  parseAccount,
  parseChainAddress,
} from "./client/ecosystem/chain-address.ts";
export type { ChainAddress, ChainAddressLike } from "./client/ecosystem/chain-address.ts";
export { ClientError } from "./client/ecosystem/client-error.ts";
export { findOperations, refundOperation } from "./client/queue/refund-operation.ts";
export type { OperationInQueue, Refund, RefundedOperation } from "./client/queue/refund-operation.ts";
export { HyperchainError } from "./errors/hyperchain-error.ts";
export type { ClientErrorCode } from "./client/ecosystem/client-error.ts";
export { deposit } from "./client/queue/deposit.ts";
export type { Deposit, DepositRequest } from "./client/queue/deposit.ts";
export { encryptTransaction } from "./client/sending/encrypt-transaction.ts";
export type { EncryptedEnvelope, TransactionToEncrypt } from "./client/sending/encrypt-transaction.ts";
export { estimateCall, estimateSend } from "./client/transfers/estimate.ts";
export type { CallEstimate, CallToEstimate, ProviderOf, SendEstimate, SendToEstimate } from "./client/transfers/estimate.ts";
export { findChain } from "./client/ecosystem/ecosystem.ts";
export type { ChainName, Ecosystem, EcosystemChain } from "./client/ecosystem/ecosystem.ts";
export { forceDelivery } from "./client/transfers/force-delivery.ts";
export type { ForcedDelivery, ForcedDeliveryRequest } from "./client/transfers/force-delivery.ts";
export type { MemberClient } from "./client/ecosystem/member-client.ts";
export { providersOf } from "./client/ecosystem/providers-of.ts";
export { loadEcosystem, messageStatus, messageTrace, waitForMessage, waitForStep } from "./client/ecosystem/running-ecosystem.ts";
export { waitForAnswer } from "./client/messages/bundle-answer.ts";
export type { BundleOutcome, MessageAnswer, ReceiptReader } from "./client/messages/bundle-answer.ts";
export type { MessageStanding, RunningEcosystem, WalletTransaction } from "./client/ecosystem/running-ecosystem.ts";
export { contractNames, revertReason } from "./client/sending/revert-reason.ts";
export type { ContractNames, NamedArgument } from "./client/sending/revert-reason.ts";
export { readRemote } from "./client/messages/read-remote.ts";
export type { RemoteReading, RemoteReadRequest } from "./client/messages/read-remote.ts";
export type { WaitOptions } from "./client/ecosystem/wait-until.ts";
export { deployMessageGateways, messageGateways } from "./client/messages/message-gateway.ts";
export type { MessageGateways } from "./client/messages/message-gateway.ts";
export { announceGatewayMessage, deliverGatewayMessage, gatewayMessagesIn } from "./client/messages/gateway-messages.ts";
export type { DeliveredGatewayMessage, GatewayMessage } from "./client/messages/gateway-messages.ts";
export { bringSlot } from "./client/messages/bring-slot.ts";
export type { BroughtSlot, SlotToBring } from "./client/messages/bring-slot.ts";
export type { SignerOf } from "./client/sending/submit.ts";
export { accountKeys, keysOn, keystoreSlot, registerKeys, rotateKeys, walletOwner } from "./client/keystore/keystore.ts";
export type { AccountKeys, AccountName, KeyOwner, Keys, KeysStanding, OwnersRequest } from "./client/keystore/keystore.ts";
export { deployKeystore, hasKeystore, KEYSTORE_ADDRESSES } from "./client/keystore/keystore-contracts.ts";
export { bringPlan, isLegDone, legsOfSpend, signPlan } from "./client/keystore/plan.ts";
export type { BroughtLeg, PlanLeg, PlannedCall, SignedPlan } from "./client/keystore/plan.ts";
export { loadL1Slot, noteL1Block, seesL1Block, viewL1Slot } from "./client/messages/l1-slot.ts";
export type { L1Slot, L1SlotRequest, NotedBlock } from "./client/messages/l1-slot.ts";
export type { L1Evidence } from "./client/messages/l1-evidence.ts";
export { forwardL1Slot, storedL1Slot } from "./client/messages/l1-slot-on-base.ts";
export type { StoredL1Slot, StoredL1SlotRequest } from "./client/messages/l1-slot-on-base.ts";
export { deployL1Storage, hasL1Storage, L1_STORAGE_ADDRESS } from "./client/messages/l1-storage-contract.ts";
export { loadSlot, viewSlot } from "./client/messages/remote-slot.ts";
export type { AskingProviderOf, RemoteSlot, RemoteSlotRequest } from "./client/messages/remote-slot.ts";
export {
  announceName,
  chooseName,
  chosenName,
  pointName,
  requireFreeName,
  takeName,
  transferName,
} from "./client/names/names.ts";
export type { AnnouncedName, NameRequest } from "./client/names/names.ts";
export { listNames } from "./client/names/name-list.ts";
export type { ListedName, NameList } from "./client/names/name-list.ts";
export { deployNames, hasNames } from "./client/names/names-contract.ts";
export { openSession } from "./client/ecosystem/open-session.ts";
export type { ReaderSession } from "./client/ecosystem/open-session.ts";
export { resolveChainAddress } from "./client/names/resolve-name.ts";
export { claimFee, forwardingFee } from "./client/messages/forward.ts";
export { hopsOf } from "./client/messages/paid-claim.ts";
export { bridgesBetween, routeOf } from "./client/ecosystem/route.ts";
export type { Bridge, Route } from "./client/ecosystem/route.ts";
export { send } from "./client/transfers/send.ts";
export type { SendRequest, Sent } from "./client/transfers/send.ts";
export { findSentList, sendListed } from "./client/transfers/transfer-list.ts";
export type { ListedTransfer, SentList } from "./client/transfers/transfer-list.ts";
export { listedStanding } from "./client/transfers/listed-standing.ts";
export type { ListedStanding } from "./client/transfers/listed-standing.ts";
export { claimListed, owedListed, refundListed } from "./client/transfers/listed-claims.ts";
export type { LostEntry, OwedListed, RefundedEntry } from "./client/transfers/listed-claims.ts";
export { sentMessages } from "./client/messages/sent-messages.ts";
export type { MessageLogs, MessageType, SentMessage } from "./client/messages/sent-messages.ts";
export { addFlowFee, executeFlow, prepareFlow, refundFlow, releaseFlow } from "./client/flows/atomic-flow.ts";
export { findFlow } from "./client/flows/find-flow.ts";
export { claimEscrow } from "./client/flows/flow-escrow.ts";
export type { EscrowClaim, PaidEscrow } from "./client/flows/flow-escrow.ts";
export type { FlowFee, FlowLegName } from "./client/flows/atomic-flow.ts";
export { buildFlow } from "./client/flows/build-flow.ts";
export type { FlowLegRequest, FlowRequest } from "./client/flows/build-flow.ts";
export { flowStatus } from "./client/flows/flow-status.ts";
export type { FlowStatus } from "./client/flows/flow-status.ts";
export type { LegStatus } from "./client/flows/leg-status.ts";
export { bringRoot, markChain } from "./client/queue/l1-word.ts";
export { deployAtomicFlows } from "./client/flows/atomic-flows-contract.ts";
export { deployRemoteSwap } from "./client/transfers/remote-swap-contract.ts";
export { estimateSwap, swap } from "./client/transfers/swap.ts";
export type { SentSwap, SwapEstimate, SwapRequest, SwapToEstimate } from "./client/transfers/swap.ts";
export { viemSigner } from "./client/sending/viem-signer.ts";
export type { ViemWallet } from "./client/sending/viem-signer.ts";
export type { ChainStanding } from "./client/standing/chain-standing.ts";
export { estimateSpend, spend } from "./client/wallet/spend.ts";
export type { SpendPart, SpendPlan, SpendRequest, SpendToEstimate, Spent } from "./client/wallet/spend.ts";
export type { AssetPart, WalletAsset } from "./client/wallet/wallet-assets.ts";
export { walletHistory } from "./client/ecosystem/running-ecosystem.ts";
export type { WalletHistory } from "./client/ecosystem/running-ecosystem.ts";
export { WalletBooks } from "./client/wallet/wallet-books.ts";
export { walletView } from "./client/wallet/wallet-view.ts";
export type { MemberBalances, TokenBalance } from "./client/wallet/wallet-balances.ts";
export type { UnreadTransfers, WalletView } from "./client/wallet/wallet-view.ts";
export type { TransferInFlight } from "./client/queue/transfer-in-flight.ts";
export { claimWithdrawal, finalizeWithdrawal, findWithdrawal, viewL1, withdraw } from "./client/messages/withdraw.ts";
export type {
  ClaimedWithdrawal,
  FinalizedWithdrawal,
  FoundWithdrawal,
  WithdrawalName,
  WithdrawalState,
  WithdrawRequest,
} from "./client/messages/withdraw.ts";
export type { AtomicFlow, FlowLeg } from "./protocol/atomic-flow.ts";
export { interoperableAddress, parseInteroperableAddress } from "./protocol/interoperable-address.ts";
export { JOURNEY_STEPS } from "./protocol/cross-chain-message.ts";
export type { JourneyStep } from "./protocol/cross-chain-message.ts";
export { ATOMIC_FLOWS_ADDRESS } from "./relayer/atomic-flows-address.ts";
export { proveMessage, proveWithdrawal } from "./relayer/inclusion-proof.ts";
export type { MessageInclusionProof, WithdrawalClaim } from "./relayer/inclusion-proof.ts";
export type { DepositedMoney, QueuedDeposit, QueuedDeposits } from "./client/queue/deposits-in-flight.ts";
export type { LogBook, LogBookTerms } from "./client/queue/log-book.ts";
export type { ChainToken } from "./client/tokens/token.ts";
export type { AssetOrigin } from "./client/wallet/spendable.ts";
export type { ForAnyAccount, SearchedMember, SentTransfer } from "./client/wallet/wallet-books.ts";
export type { NamedError } from "./errors/named-error.ts";
export type { AssetMessageKind, AssetTransfer } from "./protocol/asset-message.ts";
export type { BatchRecord } from "./protocol/batch-record.ts";
export type { Hex } from "./protocol/hex.ts";
export type { BatchNumber, BlockNumber, ChainId, Id, MessageHash, OperationHash } from "./protocol/ids.ts";
export type { L1Call } from "./protocol/l1-call.ts";
export type { StoredBatch } from "./protocol/stored-batch.ts";
export type { TransactionTree } from "./protocol/transaction-tree.ts";
export type { WithheldLog } from "./protocol/withheld-logs.ts";
export type { Forwarding, ForwardingHop } from "./relayer/forwarding.ts";
export type { AskedNode, BatchRoot, SlotProof } from "./relayer/state-proof.ts";
export type { BatchContent, UnreadableReason } from "./settlement-layer/reader/batch-content.ts";
export type {
  BatchOnL1,
  L1View,
  L1ViewOptions,
  MessagePlace,
  PlacedLeaf,
  PlaceOnL1,
  RefusedTransfer,
  RegistryLeaf,
} from "./settlement-layer/reader/l1-view.ts";
export type { LogQuestion, PageWidth } from "./settlement-layer/reader/log-pages.ts";
