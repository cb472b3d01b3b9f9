export type { ChainAddress, ChainAddressLike } from "./ecosystem/client/ecosystem/chain-address.ts";
export type { ChainName } from "./ecosystem/client/ecosystem/ecosystem.ts";
export type { MemberBalances, TokenBalance } from "./ecosystem/client/wallet/wallet-balances.ts";
export type { AssetPart, WalletAsset } from "./ecosystem/client/wallet/wallet-assets.ts";
export type { ChainStanding } from "./ecosystem/client/standing/chain-standing.ts";
export type { SpendPart, SpendPlan } from "./ecosystem/client/wallet/spend.ts";
export type { WalletHistory, WalletTransaction } from "./ecosystem/client/ecosystem/running-ecosystem.ts";
export type { UnreadTransfers, WalletView } from "./ecosystem/client/wallet/wallet-view.ts";
export type { TransferInFlight } from "./ecosystem/client/queue/transfer-in-flight.ts";
export type * from "./ecosystem/devnet/view/books/bridge-info.ts";
export type * from "./ecosystem/devnet/view/books/ecosystem-info.ts";
export type { StakeInfo } from "./ecosystem/devnet/stake/stake-info.ts";
export type { ComposedData, DataPart, GuardedData } from "./ecosystem/options/fields/data-policy.ts";
export type * from "./ecosystem/options/generated/parsed-config.ts";
export type * from "./ecosystem/options/generated/user-config.ts";
export type { HyperchainConfig, HyperchainsConfig } from "./ecosystem/options/resolved-config.ts";
export type * from "./tool/plugin/api/bridges.ts";
export type { CensoredTarget, Faults, FaultTarget } from "./tool/plugin/api/faults.ts";
export type { CouncilActs, Governance, GovernedAct, SendingAccount, Signing } from "./tool/plugin/api/governance.ts";
export type * from "./tool/plugin/api/hyperchains.ts";
export type { BundleOutcome, MessageAnswer } from "./ecosystem/client/messages/bundle-answer.ts";
export type { CrossingType, Message, MessageStep } from "./tool/plugin/api/message.ts";
export type { SingletonName } from "./chain/predeploys/singleton-addresses.ts";
export type { Route } from "./ecosystem/client/ecosystem/route.ts";
export type { FlowLegRequest, FlowRequest } from "./ecosystem/client/flows/build-flow.ts";
export type { FlowStatus } from "./ecosystem/client/flows/flow-status.ts";
export type { LegStatus } from "./ecosystem/client/flows/leg-status.ts";
export type {
  Council,
  NextCouncil,
  Proposal,
  ProposalState,
  RegistryGovernance,
  VersionStanding,
  Votes,
} from "./ecosystem/client/governing/governance.ts";
export type { RegistryAct } from "./ecosystem/client/governing/registry-acts.ts";
export type { ChainTerms, SigningAccounts, TermsOfChain } from "./ecosystem/client/governing/terms.ts";
export type { VersionContent } from "./ecosystem/client/governing/upgrade.ts";
export type { ProposedCalls, Support } from "./ecosystem/client/governing/votes.ts";
export type { PlannedCall } from "./ecosystem/client/keystore/plan.ts";
export type { Announcement } from "./ecosystem/client/messages/announce.ts";
export type { RemoteSlot } from "./ecosystem/client/messages/remote-slot.ts";
export type { L1Slot, NotedBlock } from "./ecosystem/client/messages/l1-slot.ts";
export type { L1Evidence } from "./ecosystem/client/messages/l1-evidence.ts";
export type { MessageType, SentMessage } from "./ecosystem/client/messages/sent-messages.ts";
export type { CallFrame } from "./ecosystem/client/sending/remote-failure.ts";
export type { ChainToken } from "./ecosystem/client/tokens/token.ts";
export type { CallEstimate, SendEstimate } from "./ecosystem/client/transfers/estimate.ts";
export type { SwapEstimate } from "./ecosystem/client/transfers/swap.ts";
export type { AssetOrigin } from "./ecosystem/client/wallet/spendable.ts";
export type { DeviceReport, DeviceState } from "./proofs/devices/device-report.ts";
export type * from "./ecosystem/devnet/view/books/hub-info.ts";
export type {
  GuardianNetworkInfo,
  GuardianNetworkStatus,
  LeafRequestInfo,
  RequestedLeaf,
} from "./ecosystem/devnet/guardian/guardian-info.ts";
export type { ReportedGuardian } from "./ecosystem/devnet/leaf-requests/leaf-requests.ts";
export type { PromisesStatus, TakenPromisesInfo, UnfulfilledPromise } from "./ecosystem/devnet/promises/promise-info.ts";
export type { ExternalStatus } from "./ecosystem/sequencing/external/external-status.ts";
export type { SlotEvidence } from "./ecosystem/sequencing/external/slot-log.ts";
export type { EncryptionStatus } from "./ecosystem/sequencing/local/encrypted-mempool.ts";
export type { NodeCondition, NodesStatus } from "./ecosystem/sequencing/local/nodes-status.ts";
export type { SettlementStage } from "./ground/protocol/settlement-stage.ts";
export type { SourceExcerpt } from "./ecosystem/devnet/view/books/source-excerpt.ts";
export type { ReasonWithoutProof } from "./proofs/execution-proof/batch/unproven-execution.ts";
export type { ExecutionProgress } from "./proofs/execution-proof/batch/execution-progress.ts";
export type { ExecutionRefusal } from "./proofs/execution-proof/batch/execution-proof-error.ts";
export type { ExecutionInfo, UnprovenBatchInfo } from "./chain/node/execution/execution-info.ts";
export type { BatchProofPhase } from "./chain/node/settling/batch-proving.ts";
export type { BridgeName } from "./ecosystem/options/bridges.ts";
export type { BalanceChanges, ExpectedMessage } from "./tool/plugin/api/assertions.ts";
export type { AtomicFlow, FlowLeg } from "./ground/protocol/atomic-flow.ts";
export type { BatchRecord } from "./ground/protocol/batch-record.ts";
export type { JourneyStep } from "./ground/protocol/cross-chain-message.ts";
export type { Hex } from "./ground/protocol/hex.ts";
export type { ChainId, Id } from "./ground/protocol/ids.ts";
export type { ExecutionStage, ProvingPhase, TreeProgress } from "./proofs/prover/job.ts";
export type { BatchRoot, SlotProof } from "./ecosystem/relayer/state-proof.ts";
export type { ProofPhase } from "./proofs/stark/proving/column-prover.ts";
