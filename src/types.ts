export type { ChainAddress, ChainAddressLike } from "./client/ecosystem/chain-address.ts";
export type { ChainName } from "./client/ecosystem/ecosystem.ts";
export type { MemberBalances, TokenBalance } from "./client/wallet/wallet-balances.ts";
export type { AssetPart, WalletAsset } from "./client/wallet/wallet-assets.ts";
export type { ChainStanding } from "./client/standing/chain-standing.ts";
export type { SpendPart, SpendPlan } from "./client/wallet/spend.ts";
export type { WalletHistory, WalletTransaction } from "./client/ecosystem/running-ecosystem.ts";
export type { UnreadTransfers, WalletView } from "./client/wallet/wallet-view.ts";
export type { TransferInFlight } from "./client/queue/transfer-in-flight.ts";
export type * from "./devnet/view/books/bridge-info.ts";
export type * from "./devnet/view/books/ecosystem-info.ts";
export type { StakeInfo } from "./devnet/stake/stake-info.ts";
export type { ComposedData, DataPart, GuardedData } from "./options/fields/data-policy.ts";
export type * from "./options/generated/user-config.ts";
export type { HyperchainConfig, HyperchainsConfig } from "./options/resolved-config.ts";
export type * from "./plugin/api/bridges.ts";
export type { CensoredTarget, Faults, FaultTarget } from "./plugin/api/faults.ts";
export type { CouncilActs, Governance, GovernedAct, SendingAccount, Signing } from "./plugin/api/governance.ts";
export type * from "./plugin/api/hyperchains.ts";
export type { BundleOutcome, MessageAnswer } from "./client/messages/bundle-answer.ts";
export type { CrossingType, Message, MessageStep } from "./plugin/api/message.ts";
export type { SingletonName } from "./chain/predeploys/singleton-addresses.ts";
export type { Route } from "./client/ecosystem/route.ts";
export type { FlowLegRequest, FlowRequest } from "./client/flows/build-flow.ts";
export type { FlowStatus } from "./client/flows/flow-status.ts";
export type { LegStatus } from "./client/flows/leg-status.ts";
export type {
  Council,
  NextCouncil,
  Proposal,
  ProposalState,
  RegistryGovernance,
  VersionStanding,
  Votes,
} from "./client/governing/governance.ts";
export type { RegistryAct } from "./client/governing/registry-acts.ts";
export type { ChainTerms, SigningAccounts, TermsOfChain } from "./client/governing/terms.ts";
export type { VersionContent } from "./client/governing/upgrade.ts";
export type { ProposedCalls, Support } from "./client/governing/votes.ts";
export type { PlannedCall } from "./client/keystore/plan.ts";
export type { Announcement } from "./client/messages/announce.ts";
export type { RemoteSlot } from "./client/messages/remote-slot.ts";
export type { L1Slot, NotedBlock } from "./client/messages/l1-slot.ts";
export type { L1Evidence } from "./client/messages/l1-evidence.ts";
export type { MessageType, SentMessage } from "./client/messages/sent-messages.ts";
export type { CallFrame } from "./client/sending/remote-failure.ts";
export type { ChainToken } from "./client/tokens/token.ts";
export type { CallEstimate, SendEstimate } from "./client/transfers/estimate.ts";
export type { SwapEstimate } from "./client/transfers/swap.ts";
export type { AssetOrigin } from "./client/wallet/spendable.ts";
export type { DeviceReport, DeviceState } from "./devices/device-report.ts";
export type * from "./devnet/view/books/hub-info.ts";
export type {
  GuardianNetworkInfo,
  GuardianNetworkStatus,
  LeafRequestInfo,
  RequestedLeaf,
} from "./devnet/guardian/guardian-info.ts";
export type { ReportedGuardian } from "./devnet/leaf-requests/leaf-requests.ts";
export type { PromisesStatus, TakenPromisesInfo, UnfulfilledPromise } from "./devnet/promises/promise-info.ts";
export type { ExternalStatus } from "./sequencing/external/external-status.ts";
export type { SlotEvidence } from "./sequencing/external/slot-log.ts";
export type { EncryptionStatus } from "./sequencing/local/encrypted-mempool.ts";
export type { NodeCondition, NodesStatus } from "./sequencing/local/nodes-status.ts";
export type { SettlementStage } from "./protocol/settlement-stage.ts";
export type { SourceExcerpt } from "./devnet/view/books/source-excerpt.ts";
export type { ReasonWithoutProof } from "./execution-proof/batch/unproven-execution.ts";
export type { ExecutionProgress } from "./execution-proof/batch/execution-progress.ts";
export type { ExecutionRefusal } from "./execution-proof/batch/execution-proof-error.ts";
export type { ExecutionInfo, UnprovenBatchInfo } from "./node/execution/execution-info.ts";
export type { BatchProofPhase } from "./node/settling/batch-proving.ts";
export type { BridgeName } from "./options/bridges.ts";
export type { DeepReadonly } from "./options/fields/values.ts";
export type { BalanceChanges, ExpectedMessage } from "./plugin/api/assertions.ts";
export type { AtomicFlow, FlowLeg } from "./protocol/atomic-flow.ts";
export type { BatchRecord } from "./protocol/batch-record.ts";
export type { JourneyStep } from "./protocol/cross-chain-message.ts";
export type { Hex } from "./protocol/hex.ts";
export type { ChainId, Id } from "./protocol/ids.ts";
export type { ExecutionStage, ProvingPhase, TreeProgress } from "./prover/job.ts";
export type { BatchRoot, SlotProof } from "./relayer/state-proof.ts";
export type { ProofPhase } from "./stark/proving/column-prover.ts";
