/**
 * Functions of an ecosystem for front-ends and scripts, without Hardhat: `hardhat-hyperchain/client`. They need ethers;
 * clients of viem sign through `viemSigner`.
 */
export { stepsOf } from "./ecosystem/client/sending/act-steps.ts";
export type { Act, UnsignedTransaction } from "./ecosystem/client/sending/act-steps.ts";
export { announceToken, describeToken } from "./ecosystem/client/messages/announce.ts";
export type { Announcement } from "./ecosystem/client/messages/announce.ts";
export { bundleResult } from "./ecosystem/client/messages/bundle-result.ts";
export type { BundleResult } from "./ecosystem/client/messages/bundle-result.ts";
export { call, requireContract } from "./ecosystem/client/calls/call.ts";
export type { CallRequest } from "./ecosystem/client/calls/call.ts";
export { callTogether } from "./ecosystem/client/calls/call-together.ts";
export type { CallInQueue, CallsTogether } from "./ecosystem/client/calls/call-together.ts";
export { chainAccountsAddress, l1AccountOf } from "./ecosystem/client/calls/chain-accounts.ts";
export { callAfterExit } from "./ecosystem/client/calls/account-after-exit.ts";
export type { CallAfterExit } from "./ecosystem/client/calls/account-after-exit.ts";
export { executeL1Call, findL1Call, onwardCall } from "./ecosystem/client/calls/l1-calls.ts";
export type { ExecutedL1Call, FoundL1Call, L1CallName, L1CallState, OnwardCall } from "./ecosystem/client/calls/l1-calls.ts";
export type { SentCall, SentL1Call } from "./ecosystem/client/calls/direct-call.ts";
export {
  checksumOf,
  encodeChainAddress,
  formatChainAddress,
  parseAccount,
  parseChainAddress,
} from "./ecosystem/client/ecosystem/chain-address.ts";
export type { ChainAddress, ChainAddressLike } from "./ecosystem/client/ecosystem/chain-address.ts";
export { ClientError } from "./ecosystem/client/ecosystem/client-error.ts";
export { findOperations, refundOperation } from "./ecosystem/client/queue/refund-operation.ts";
export type { OperationInQueue, Refund, RefundedOperation } from "./ecosystem/client/queue/refund-operation.ts";
export { HyperchainError } from "./ground/errors/hyperchain-error.ts";
export type { ClientErrorCode } from "./ecosystem/client/ecosystem/client-error.ts";
export { deposit } from "./ecosystem/client/queue/deposit.ts";
export type { Deposit, DepositRequest } from "./ecosystem/client/queue/deposit.ts";
export { encryptTransaction } from "./ecosystem/client/sending/encrypt-transaction.ts";
export type { EncryptedEnvelope, TransactionToEncrypt } from "./ecosystem/client/sending/encrypt-transaction.ts";
export { estimateCall, estimateSend } from "./ecosystem/client/transfers/estimate.ts";
export type {
  CallEstimate,
  CallToEstimate,
  ProviderOf,
  SendEstimate,
  SendToEstimate,
} from "./ecosystem/client/transfers/estimate.ts";
export { findChain } from "./ecosystem/client/ecosystem/ecosystem.ts";
export type { ChainName, Ecosystem, EcosystemChain } from "./ecosystem/client/ecosystem/ecosystem.ts";
export { forceDelivery } from "./ecosystem/client/transfers/force-delivery.ts";
export type { ForcedDelivery, ForcedDeliveryRequest } from "./ecosystem/client/transfers/force-delivery.ts";
export type { MemberClient } from "./ecosystem/client/ecosystem/member-client.ts";
export { providersOf } from "./ecosystem/client/ecosystem/providers-of.ts";
export {
  loadEcosystem,
  messageStatus,
  messageTrace,
  waitForMessage,
  waitForStep,
} from "./ecosystem/client/ecosystem/running-ecosystem.ts";
export { waitForAnswer } from "./ecosystem/client/messages/bundle-answer.ts";
export type { BundleOutcome, MessageAnswer, ReceiptReader } from "./ecosystem/client/messages/bundle-answer.ts";
export type { MessageStanding, RunningEcosystem, WalletTransaction } from "./ecosystem/client/ecosystem/running-ecosystem.ts";
export { contractNames, revertReason } from "./ecosystem/client/sending/revert-reason.ts";
export type { ContractNames, NamedArgument } from "./ecosystem/client/sending/revert-reason.ts";
export { readRemote } from "./ecosystem/client/messages/read-remote.ts";
export type { RemoteReading, RemoteReadRequest } from "./ecosystem/client/messages/read-remote.ts";
export type { WaitOptions } from "./ecosystem/client/ecosystem/wait-until.ts";
export { deployMessageGateways, messageGateways } from "./ecosystem/client/messages/message-gateway.ts";
export type { MessageGateways } from "./ecosystem/client/messages/message-gateway.ts";
export {
  announceGatewayMessage,
  deliverGatewayMessage,
  gatewayMessagesIn,
} from "./ecosystem/client/messages/gateway-messages.ts";
export type { DeliveredGatewayMessage, GatewayMessage } from "./ecosystem/client/messages/gateway-messages.ts";
export { bringSlot } from "./ecosystem/client/messages/bring-slot.ts";
export type { BroughtSlot, SlotToBring } from "./ecosystem/client/messages/bring-slot.ts";
export type { SignerOf } from "./ecosystem/client/sending/submit.ts";
export {
  accountKeys,
  keysOn,
  keystoreSlot,
  registerKeys,
  rotateKeys,
  walletOwner,
} from "./ecosystem/client/keystore/keystore.ts";
export type {
  AccountKeys,
  AccountName,
  KeyOwner,
  Keys,
  KeysStanding,
  OwnersRequest,
} from "./ecosystem/client/keystore/keystore.ts";
export { deployKeystore, hasKeystore, KEYSTORE_ADDRESSES } from "./ecosystem/client/keystore/keystore-contracts.ts";
export { bringPlan, isLegDone, legsOfSpend, signPlan } from "./ecosystem/client/keystore/plan.ts";
export type { BroughtLeg, PlanLeg, PlannedCall, SignedPlan } from "./ecosystem/client/keystore/plan.ts";
export { loadL1Slot, noteL1Block, seesL1Block, viewL1Slot } from "./ecosystem/client/messages/l1-slot.ts";
export type { L1Slot, L1SlotRequest, NotedBlock } from "./ecosystem/client/messages/l1-slot.ts";
export type { L1Evidence } from "./ecosystem/client/messages/l1-evidence.ts";
export { forwardL1Slot, storedL1Slot } from "./ecosystem/client/messages/l1-slot-on-base.ts";
export type { StoredL1Slot, StoredL1SlotRequest } from "./ecosystem/client/messages/l1-slot-on-base.ts";
export { deployL1Storage, hasL1Storage, L1_STORAGE_ADDRESS } from "./ecosystem/client/messages/l1-storage-contract.ts";
export { loadSlot, viewSlot } from "./ecosystem/client/messages/remote-slot.ts";
export type { AskingProviderOf, RemoteSlot, RemoteSlotRequest } from "./ecosystem/client/messages/remote-slot.ts";
export {
  announceName,
  chooseName,
  chosenName,
  pointName,
  requireFreeName,
  takeName,
  transferName,
} from "./ecosystem/client/names/names.ts";
export type { AnnouncedName, NameRequest } from "./ecosystem/client/names/names.ts";
export { listNames } from "./ecosystem/client/names/name-list.ts";
export type { ListedName, NameList } from "./ecosystem/client/names/name-list.ts";
export { deployNames, hasNames } from "./ecosystem/client/names/names-contract.ts";
export { openSession } from "./ecosystem/client/ecosystem/open-session.ts";
export type { ReaderSession } from "./ecosystem/client/ecosystem/open-session.ts";
export { resolveChainAddress } from "./ecosystem/client/names/resolve-name.ts";
export { claimFee, forwardingFee } from "./ecosystem/client/messages/forward.ts";
export { hopsOf } from "./ecosystem/client/messages/paid-claim.ts";
export { bridgesBetween, routeOf } from "./ecosystem/client/ecosystem/route.ts";
export type { Bridge, Route } from "./ecosystem/client/ecosystem/route.ts";
export { send } from "./ecosystem/client/transfers/send.ts";
export type { SendRequest, Sent } from "./ecosystem/client/transfers/send.ts";
export { findSentList, sendListed } from "./ecosystem/client/transfers/transfer-list.ts";
export type { ListedTransfer, SentList } from "./ecosystem/client/transfers/transfer-list.ts";
export { listedStanding } from "./ecosystem/client/transfers/listed-standing.ts";
export type { ListedStanding } from "./ecosystem/client/transfers/listed-standing.ts";
export { claimListed, owedListed, refundListed } from "./ecosystem/client/transfers/listed-claims.ts";
export type { LostEntry, OwedListed, RefundedEntry } from "./ecosystem/client/transfers/listed-claims.ts";
export { sentMessages } from "./ecosystem/client/messages/sent-messages.ts";
export type { MessageLogs, MessageType, SentMessage } from "./ecosystem/client/messages/sent-messages.ts";
export { addFlowFee, executeFlow, prepareFlow, refundFlow, releaseFlow } from "./ecosystem/client/flows/atomic-flow.ts";
export { findFlow } from "./ecosystem/client/flows/find-flow.ts";
export { claimEscrow } from "./ecosystem/client/flows/flow-escrow.ts";
export type { EscrowClaim, PaidEscrow } from "./ecosystem/client/flows/flow-escrow.ts";
export type { FlowFee, FlowLegName } from "./ecosystem/client/flows/atomic-flow.ts";
export { buildFlow } from "./ecosystem/client/flows/build-flow.ts";
export type { FlowLegRequest, FlowRequest } from "./ecosystem/client/flows/build-flow.ts";
export { flowStatus } from "./ecosystem/client/flows/flow-status.ts";
export type { FlowStatus } from "./ecosystem/client/flows/flow-status.ts";
export type { LegStatus } from "./ecosystem/client/flows/leg-status.ts";
export { bringRoot, markChain } from "./ecosystem/client/queue/l1-word.ts";
export { deployAtomicFlows } from "./ecosystem/client/flows/atomic-flows-contract.ts";
export { deployRemoteSwap } from "./ecosystem/client/transfers/remote-swap-contract.ts";
export { estimateSwap, swap } from "./ecosystem/client/transfers/swap.ts";
export type { SentSwap, SwapEstimate, SwapRequest, SwapToEstimate } from "./ecosystem/client/transfers/swap.ts";
export { viemSigner } from "./ecosystem/client/sending/viem-signer.ts";
export type { ViemWallet } from "./ecosystem/client/sending/viem-signer.ts";
export type { ChainStanding } from "./ecosystem/client/standing/chain-standing.ts";
export { estimateSpend, spend } from "./ecosystem/client/wallet/spend.ts";
export type { SpendPart, SpendPlan, SpendRequest, SpendToEstimate, Spent } from "./ecosystem/client/wallet/spend.ts";
export type { AssetPart, WalletAsset } from "./ecosystem/client/wallet/wallet-assets.ts";
export { walletHistory } from "./ecosystem/client/ecosystem/running-ecosystem.ts";
export type { WalletHistory } from "./ecosystem/client/ecosystem/running-ecosystem.ts";
export { WalletBooks } from "./ecosystem/client/wallet/wallet-books.ts";
export { walletView } from "./ecosystem/client/wallet/wallet-view.ts";
export type { MemberBalances, TokenBalance } from "./ecosystem/client/wallet/wallet-balances.ts";
export type { UnreadTransfers, WalletView } from "./ecosystem/client/wallet/wallet-view.ts";
export type { TransferInFlight } from "./ecosystem/client/queue/transfer-in-flight.ts";
export { claimWithdrawal, finalizeWithdrawal, findWithdrawal, viewL1, withdraw } from "./ecosystem/client/messages/withdraw.ts";
export type {
  ClaimedWithdrawal,
  FinalizedWithdrawal,
  FoundWithdrawal,
  WithdrawalName,
  WithdrawalState,
  WithdrawRequest,
} from "./ecosystem/client/messages/withdraw.ts";
export type { AtomicFlow, FlowLeg } from "./ground/protocol/atomic-flow.ts";
export { interoperableAddress, parseInteroperableAddress } from "./ground/protocol/interoperable-address.ts";
export { JOURNEY_STEPS } from "./ground/protocol/cross-chain-message.ts";
export type { JourneyStep } from "./ground/protocol/cross-chain-message.ts";
export { ATOMIC_FLOWS_ADDRESS } from "./ecosystem/relayer/atomic-flows-address.ts";
export { proveMessage, proveWithdrawal } from "./ecosystem/relayer/inclusion-proof.ts";
export type { MessageInclusionProof, WithdrawalClaim } from "./ecosystem/relayer/inclusion-proof.ts";
export type { DepositedMoney, QueuedDeposit, QueuedDeposits } from "./ecosystem/client/queue/deposits-in-flight.ts";
export type { LogBook, LogBookTerms } from "./ecosystem/client/queue/log-book.ts";
export type { ChainToken } from "./ecosystem/client/tokens/token.ts";
export type { AssetOrigin } from "./ecosystem/client/wallet/spendable.ts";
export type { ForAnyAccount, SearchedMember, SentTransfer } from "./ecosystem/client/wallet/wallet-books.ts";
export type { NamedError } from "./ground/errors/named-error.ts";
export type { AssetMessageKind, AssetTransfer } from "./ground/protocol/asset-message.ts";
export type { BatchRecord } from "./ground/protocol/batch-record.ts";
export type { Hex } from "./ground/protocol/hex.ts";
export type { BatchNumber, BlockNumber, ChainId, Id, MessageHash, OperationHash } from "./ground/protocol/ids.ts";
export type { L1Call } from "./ground/protocol/l1-call.ts";
export type { StoredBatch } from "./ground/protocol/stored-batch.ts";
export type { TransactionTree } from "./ground/protocol/transaction-tree.ts";
export type { WithheldLog } from "./ground/protocol/withheld-logs.ts";
export type { Forwarding, ForwardingHop } from "./ecosystem/relayer/forwarding.ts";
export type { AskedNode, BatchRoot, SlotProof } from "./ecosystem/relayer/state-proof.ts";
export type { BatchContent, UnreadableReason } from "./chain/settlement-layer/reader/batch-content.ts";
export type {
  BatchOnL1,
  L1View,
  L1ViewOptions,
  MessagePlace,
  PlacedLeaf,
  PlaceOnL1,
  RefusedTransfer,
  RegistryLeaf,
} from "./chain/settlement-layer/reader/l1-view.ts";
export type { LogQuestion, PageWidth } from "./chain/settlement-layer/reader/log-pages.ts";
