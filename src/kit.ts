/**
 * A chain with custom parts: `hardhat-hyperchain/kit`. Each port is a type that the package's part implements too. A fault of a
 * custom part is found by the same check as a fault of the package's part (docs/kit.md).
 */
export { engineAround } from "./tool/kit/engine-around.ts";
export { startEnvironment } from "./tool/kit/start-environment.ts";
export { sequencerKey } from "./tool/kit/order-chain.ts";
export { startNode } from "./tool/kit/start-node.ts";
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
export { SlotError, type SlotErrorCode } from "./ecosystem/sequencing/external/slot-error.ts";
export { NO_SLOT, slotDigest } from "./ground/protocol/slot.ts";
export { slotFromJson, slotToJson } from "./ground/protocol/slot-json.ts";
export { HandOver } from "./chain/core/hand-over.ts";
export type { HandedOverAs } from "./chain/core/hand-over.ts";
export type { CarriedOut } from "./chain/core/environment.ts";
export type { ReturnReason, Returning, Source } from "./chain/core/follower.ts";
export type { CommandSink } from "./chain/core/log/command-log.ts";
export type {
  CommandSource,
  Offer,
  OfferErrorCode,
  OfferStanding,
  OfferVerdict,
  Outcome,
  SpineView,
} from "./chain/core/source.ts";
export type { SealedBatch } from "./chain/model/sealed-batch.ts";
export { HyperchainError } from "./ground/errors/hyperchain-error.ts";
export type { NamedError } from "./ground/errors/named-error.ts";
export type {
  Layer,
  LayerAddresses,
  LayerVersion,
  LayerVersions,
  ProvenLayerVersion,
} from "./ecosystem/devnet/deployment/layer.ts";
export type { GenesisLeaf } from "./chain/model/genesis.ts";
export type { ChainInputs } from "./chain/node/inflow/l1-inputs.ts";
export type { SettlementStage } from "./ground/protocol/settlement-stage.ts";
export type { AssetMessageKind, AssetTransfer } from "./ground/protocol/asset-message.ts";
export type { L2CanonicalTransaction } from "./ground/protocol/priority-op.ts";
export type { EnvironmentParts, EnvironmentPlan, RunningEnvironment } from "./ecosystem/devnet/environments/open-environment.ts";
export type { KitMember, KitNode, NodePlan, NodePorts } from "./tool/kit/start-node.ts";
export type { OrderedChain, SequencerKey } from "./tool/kit/order-chain.ts";
export type { PendingPart } from "./ecosystem/sequencing/external/slot-log.ts";
export type { Part, WaitingWork } from "./ecosystem/sequencing/external/external-status.ts";
export type { SignedSlot, SlotPart, UnsignedSlot } from "./ground/protocol/slot.ts";
export type { SlotJson } from "./ground/protocol/slot-json.ts";
export type { EngineResult, ExecutionEngine } from "./chain/execution/engine.ts";
export type { GasPrice } from "./chain/mempool/gas-price.ts";
export type { TransactionOrder } from "./chain/mempool/orders.ts";
export type { ChainPorts, EcosystemPorts, OwnAvailability } from "./ecosystem/devnet/chains/ports.ts";
export { NOTHING_BOUND, PUBLISHED, WITHHELD } from "./ground/protocol/data-choice.ts";
export type { DataChoice } from "./ground/protocol/data-choice.ts";
export { allOf, anyOf, CALLDATA } from "./chain/settlement/data-policy.ts";
export type { DataPolicy } from "./chain/settlement/data-policy.ts";
export type {
  JobOffer,
  JobQueue,
  OpenOffer,
  PortOptions,
  ProverPort,
  Running,
  WorkerEvent,
  WorkOptions,
} from "./proofs/proving/queue.ts";
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
} from "./ground/transaction/transaction.ts";
export type { AccessEntry, AskedBlock, AskedCall, Authorization } from "./chain/witness/asked-call.ts";
export type { ChangeSize } from "./chain/witness/change-size.ts";
export type { RepeatedBlock } from "./chain/witness/repeated-block.ts";
export type { StateCheat } from "./ground/protocol/state-cheat.ts";
export type { SettledBatchInfo } from "./ecosystem/devnet/view/books/ecosystem-info.ts";
export type { RunningPorts } from "./chain/node/ports.ts";
export type { Eip1193Provider, ProviderMessage } from "./chain/node/serving/eip1193.ts";
export type { ComposedData, DataPart, GuardedData } from "./ecosystem/options/fields/data-policy.ts";
export type { Proofs } from "./ecosystem/options/fields/prover.ts";
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
} from "./ecosystem/options/generated/user-config.ts";
export type { DiffEntry, InsertionEntry, UpdateEntry } from "./ground/protocol/diff-list.ts";
export type { Digest } from "./ground/protocol/digest.ts";
export type { LeafKind } from "./ground/protocol/domain-tags.ts";
export type { Quintic } from "./ground/protocol/evaluation.ts";
export type { Hex } from "./ground/protocol/hex.ts";
export type { BatchNumber, BlockNumber, ChainId, Id, MessageHash, OperationHash } from "./ground/protocol/ids.ts";
export type { BatchOutputs } from "./ground/protocol/outputs.ts";
export type { PubdataLog } from "./ground/protocol/pubdata.ts";
export type { ImportedRoot } from "./ground/protocol/rolling-hash.ts";
export type { BatchStatement } from "./ground/protocol/statement.ts";
export type { ExecutionStage, ProofMetrics, ProofProgress, ProvingPhase, TreeProgress } from "./proofs/prover/job.ts";
export type { BlobStore } from "./proofs/proving/blobs.ts";
export type { BlobId, JobId, JobKind, MadeProof, ProofDone, ProofJob, ProofTask, ReportedMetrics } from "./proofs/proving/job.ts";
export type { Clock } from "./ground/runtime/clock.ts";
export type { HeldBatch, PorterChanges, SettlementBatch } from "./chain/settlement/batch/settlement-batch.ts";
export type { ProofPhase } from "./proofs/stark/proving/column-prover.ts";
