/**
 * A chain with custom parts: `hardhat-hyperchain/kit`. Each port is a type that the package's part implements too. A fault of a
 * custom part is found by the same check as a fault of the package's part (docs/kit.md).
 */
export { engineAround } from "./kit/engine-around.ts";
export { startEnvironment } from "./kit/start-environment.ts";
export { sequencerKey } from "./kit/order-chain.ts";
export { startNode } from "./kit/start-node.ts";
export { EnvironmentError, EnvironmentRefusal } from "./chain/environment/environment-error.ts";
export type { EnvironmentErrorCode, EnvironmentRefusalCode } from "./chain/environment/environment-error.ts";
export type { EnvironmentCommand, EnvironmentDecision } from "./chain/environment/environment-command.ts";
export type { EnvironmentResult } from "./chain/environment/environment-reducer.ts";
export type {
  EnvironmentStep,
  ExecutionEnvironment,
  LeafWrite,
  OutgoingTransfer,
  PlainMessage,
  StepEffects,
  StepPlace,
} from "./chain/environment/execution-environment.ts";
export type { ProvenMessage } from "./chain/environment/message-proof.ts";
export { SlotError, type SlotErrorCode } from "./sequencing/external/slot-error.ts";
export { NO_SLOT, slotDigest } from "./protocol/slot.ts";
export { slotFromJson, slotToJson } from "./protocol/slot-json.ts";
export { HandOver } from "./core/hand-over.ts";
export type { HandedOverAs } from "./core/hand-over.ts";
export type { CarriedOut } from "./core/environment.ts";
export type { ReturnReason, Returning, Source } from "./core/follower.ts";
export type { CommandSink } from "./core/log/command-log.ts";
export type { CommandSource, Offer, OfferErrorCode, OfferStanding, OfferVerdict, Outcome, SpineView } from "./core/source.ts";
export type { SealedBatch } from "./chain/model/sealed-batch.ts";
export { HyperchainError } from "./errors/hyperchain-error.ts";
export type { NamedError } from "./errors/named-error.ts";
export type {
  DeployedContracts,
  DeployedEcosystem,
  EcosystemAddresses,
  RegisteredVersion,
} from "./devnet/deployment/deploy-ecosystem.ts";
export type { GenesisLeaf } from "./chain/model/genesis.ts";
export type { ChainInputs } from "./node/inflow/l1-inputs.ts";
export type { SettlementStage } from "./protocol/settlement-stage.ts";
export type { AssetMessageKind, AssetTransfer } from "./protocol/asset-message.ts";
export type { L2CanonicalTransaction } from "./protocol/priority-op.ts";
export type { EnvironmentParts, EnvironmentPlan, RunningEnvironment } from "./devnet/environments/open-environment.ts";
export type { KitMember, KitNode, NodePlan, NodePorts } from "./kit/start-node.ts";
export type { OrderedChain, SequencerKey } from "./kit/order-chain.ts";
export type { PendingPart } from "./sequencing/external/slot-log.ts";
export type { Part, WaitingWork } from "./sequencing/external/external-status.ts";
export type { SignedSlot, SlotPart, UnsignedSlot } from "./protocol/slot.ts";
export type { SlotJson } from "./protocol/slot-json.ts";
export type { EngineResult, ExecutionEngine } from "./chain/execution/engine.ts";
export type { GasPrice } from "./chain/mempool/gas-price.ts";
export type { TransactionOrder } from "./chain/mempool/orders.ts";
export type { ChainPorts, EcosystemPorts, OwnAvailability } from "./devnet/chains/ports.ts";
export { NOTHING_BOUND, PUBLISHED, WITHHELD } from "./protocol/data-choice.ts";
export type { DataChoice } from "./protocol/data-choice.ts";
export { allOf, anyOf, CALLDATA } from "./settlement/data-policy.ts";
export type { DataPolicy } from "./settlement/data-policy.ts";
export type {
  JobOffer,
  JobQueue,
  OpenOffer,
  PortOptions,
  ProverPort,
  Running,
  WorkerEvent,
  WorkOptions,
} from "./proving/queue.ts";
export type { EdrConnect, EdrConnection, EdrOverride } from "./chain/execution/connection.ts";
export type {
  AnsweredCall,
  Explainer,
  ExplainerOptions,
  MinedRun,
  Prestate,
  PrestateAccount,
} from "./chain/execution/explainer.ts";
export type {
  BlockEnvironment,
  BlockHeader,
  BlockLog,
  BlockReceipt,
  EngineRefusal,
  MinedBlock,
  MineResult,
} from "./chain/model/block.ts";
export type { StateReader } from "./chain/model/state-reader.ts";
export type {
  EngineTransaction,
  SignedTransaction,
  TransactionRequest,
  UnsignedEngineTransaction,
} from "./chain/transaction/transaction.ts";
export type { AccessEntry, AskedBlock, AskedCall, Authorization } from "./chain/witness/asked-call.ts";
export type { ChangeSize } from "./chain/witness/change-size.ts";
export type { RepeatedBlock } from "./chain/witness/repeated-block.ts";
export type { StateCheat } from "./protocol/state-cheat.ts";
export type { SettledBatchInfo } from "./devnet/view/books/ecosystem-info.ts";
export type { RunningPorts } from "./node/ports.ts";
export type { Eip1193Provider, ProviderMessage } from "./node/serving/eip1193.ts";
export type { ComposedData, DataPart, GuardedData } from "./options/fields/data-policy.ts";
export type { Proofs } from "./options/fields/prover.ts";
export type {
  HyperchainBatchesUserConfig,
  HyperchainFactsUserConfig,
  HyperchainInstantTermsUserConfig,
  HyperchainInstantUserConfig,
  HyperchainFeesUserConfig,
  HyperchainPaceUserConfig,
  HyperchainPartitionUserConfig,
  HyperchainStandbyUserConfig,
  HyperchainUserConfig,
  ImportedAccountUserConfig,
} from "./options/generated/user-config.ts";
export type { DiffEntry, InsertionEntry, UpdateEntry } from "./protocol/diff-list.ts";
export type { Digest } from "./protocol/digest.ts";
export type { LeafKind } from "./protocol/domain-tags.ts";
export type { Quintic } from "./protocol/evaluation.ts";
export type { Hex } from "./protocol/hex.ts";
export type { BatchNumber, BlockNumber, ChainId, Id, MessageHash, OperationHash } from "./protocol/ids.ts";
export type { BatchOutputs } from "./protocol/outputs.ts";
export type { PubdataLog } from "./protocol/pubdata.ts";
export type { ImportedRoot } from "./protocol/rolling-hash.ts";
export type { BatchStatement } from "./protocol/statement.ts";
export type { ExecutionStage, ProofMetrics, ProofProgress, ProvingPhase, TreeProgress } from "./prover/job.ts";
export type { BlobStore } from "./proving/blobs.ts";
export type { BlobId, JobId, JobKind, MadeProof, ProofDone, ProofJob, ProofTask, ReportedMetrics } from "./proving/job.ts";
export type { Clock } from "./runtime/clock.ts";
export type { HeldBatch, PorterChanges, SettlementBatch } from "./settlement/batch/settlement-batch.ts";
export type { ProofPhase } from "./stark/proving/column-prover.ts";
