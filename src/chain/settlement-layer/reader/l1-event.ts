import type { Log } from "ethers";
import type { BatchRecord } from "../../../ground/protocol/batch-record.ts";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId, OperationHash } from "../../../ground/protocol/ids.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { ScheduledTerms } from "../../../ground/protocol/terms.ts";
import { hyperchainInterface, registryInterface, settingsInterface, topicOf, verifiersInterface } from "./contract-interfaces.ts";

/** Position of an event on L1. */
interface L1Position {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  /** In the block. */
  readonly logIndex: number;
  /** Whose event it is: 20 bytes in lower case. */
  readonly contract: Hex;
}

/** Event of L1 that a chain reads. */
export type L1Event = L1Position &
  (
    | {
        readonly type: "priorityOperation";
        /** Place in the queue. */
        readonly index: bigint;
        readonly canonicalTxHash: OperationHash;
        readonly operation: L2CanonicalTransaction;
        /** Seconds: a batch whose last block is later must take it. */
        readonly deadline: bigint;
      }
    | { readonly type: "batchCommitted"; readonly stored: StoredBatch }
    | {
        readonly type: "batchProven";
        readonly batchNumber: BatchNumber;
        readonly commitment: Hex;
        readonly protocolVersion: bigint;
        readonly verifier: Hex;
      }
    /** The second verifier has confirmed the batch, proven or not. */
    | { readonly type: "batchConfirmed"; readonly batchNumber: BatchNumber; readonly batchHash: Hex }
    | { readonly type: "batchExecuted"; readonly batchNumber: BatchNumber; readonly batchHash: Hex; readonly commitment: Hex }
    /**
     * Ids of chains that did not exist at the start of the batch that was executed just before: its transfers
     * to them are refunded.
     */
    | { readonly type: "transfersRefused"; readonly batchNumber: BatchNumber; readonly destinationChainIds: readonly bigint[] }
    /** The counts that remain. */
    | { readonly type: "batchesReverted"; readonly committed: bigint; readonly verified: bigint; readonly executed: bigint }
    | { readonly type: "exitActivated"; readonly executed: bigint; readonly stateRoot: Hex }
    | {
        readonly type: "transactionRoot";
        readonly leafIndex: bigint;
        /** Index of the new root: leafIndex + 1. */
        readonly rootIndex: bigint;
        readonly chainId: ChainId;
        readonly batchNumber: BatchNumber;
        readonly logRoot: Hex;
        readonly record: BatchRecord;
        readonly root: Hex;
      }
    /** Event of the settings of all chains. */
    | {
        readonly type: "upgradeScheduled";
        readonly chainId: ChainId;
        readonly version: bigint;
        readonly previousVersion: bigint;
        /** Seconds. */
        readonly effectiveAt: bigint;
        /** Operations that come before it. */
        readonly operations: bigint;
      }
    | { readonly type: "upgradeCanceled"; readonly chainId: ChainId; readonly version: bigint }
    /** All batches from the first one on have this version, since theirs was halted. */
    | { readonly type: "haltedPassed"; readonly chainId: ChainId; readonly version: bigint; readonly firstBatch: bigint }
    /** Likewise: what holds of a chain's terms from a time on. */
    | ({ readonly type: "termsScheduled"; readonly chainId: ChainId } & ScheduledTerms)
    | { readonly type: "termsCanceled"; readonly chainId: ChainId; readonly epoch: bigint }
    /** Announcement of the registry of versions: from that second on, L1 takes no batch of the version. */
    | { readonly type: "retirementScheduled"; readonly version: bigint; readonly retiresAt: bigint }
  );

/** Topics of the chain's events that are decoded here. */
export const HYPERCHAIN_TOPICS: readonly string[] = [
  "NewPriorityRequest",
  "BatchStored",
  "BatchProven",
  "BatchConfirmed",
  "BlockExecution",
  "TransfersRefused",
  "BlocksRevert",
  "ExitActivated",
].map((name) => topicOf(hyperchainInterface, name));

/** Topic of the registry's event. */
export const REGISTRY_TOPIC: string = topicOf(registryInterface, "TransactionRootUpdated");

/** Topic of the version registry's event that is decoded here. */
export const VERIFIERS_TOPIC: string = topicOf(verifiersInterface, "ProtocolVersionRetirementScheduled");

/** Topics of the settings' events that are decoded here. */
export const SETTINGS_TOPICS: readonly string[] = [
  "UpgradeScheduled",
  "UpgradeCanceled",
  "HaltedPassed",
  "TermsScheduled",
  "TermsCanceled",
].map((name) => topicOf(settingsInterface, name));

/**
 * Decodes a log of a chain's contract, of a registry or of the settings; undefined for any other event. Throws ethers' error
 * for malformed data.
 */
export function decodeL1Event(log: Log): L1Event | undefined {
  const position = positionOf(log);
  if (log.topics[0] === REGISTRY_TOPIC) return decodeRoot(log, position);
  if (log.topics[0] === VERIFIERS_TOPIC) return decodeRetirement(log, position);
  if (SETTINGS_TOPICS.includes(log.topics[0] ?? "")) return decodeSetting(log, position);
  const event = hyperchainInterface.parseLog(log);
  if (event === null) return undefined;
  const { args } = event;
  switch (event.name) {
    case "NewPriorityRequest":
      return {
        ...position,
        type: "priorityOperation",
        index: number(args["txId"]),
        canonicalTxHash: hex(args["txHash"]),
        operation: plainOperation(args["transaction"] as Readonly<Record<string, unknown>>),
        deadline: number(args["expirationTimestamp"]),
      };
    case "BatchStored":
      return { ...position, type: "batchCommitted", stored: plainStoredBatch(args["batch"] as NamedResult) };
    case "BatchProven":
      return {
        ...position,
        type: "batchProven",
        batchNumber: number(args["batchNumber"]),
        commitment: hex(args["commitment"]),
        protocolVersion: number(args["protocolVersion"]),
        verifier: hex(args["verifier"]),
      };
    case "BatchConfirmed":
      return { ...position, type: "batchConfirmed", ...namedBatch(args) };
    case "BlockExecution":
      return {
        ...position,
        type: "batchExecuted",
        ...namedBatch(args),
        commitment: hex(args["commitment"]),
      };
    case "TransfersRefused":
      return {
        ...position,
        type: "transfersRefused",
        batchNumber: number(args["batchNumber"]),
        destinationChainIds: [...(args["destinationChainIds"] as Iterable<bigint>)],
      };
    case "BlocksRevert":
      return {
        ...position,
        type: "batchesReverted",
        committed: number(args["totalBatchesCommitted"]),
        verified: number(args["totalBatchesVerified"]),
        executed: number(args["totalBatchesExecuted"]),
      };
    case "ExitActivated":
      return {
        ...position,
        type: "exitActivated",
        executed: number(args["totalBatchesExecuted"]),
        stateRoot: hex(args["stateRoot"]),
      };
    default:
      return undefined;
  }
}

function positionOf(log: Log): L1Position {
  return {
    blockNumber: log.blockNumber,
    blockHash: log.blockHash as Hex,
    transactionHash: log.transactionHash as Hex,
    logIndex: log.index,
    contract: log.address.toLowerCase() as Hex,
  };
}

/** Decodes a BatchStored event; undefined for any other. */
export function storedBatchOfLog(log: Pick<Log, "topics" | "data">): StoredBatch | undefined {
  const event = hyperchainInterface.parseLog(log);
  return event?.name === "BatchStored" ? plainStoredBatch(event.args["batch"] as NamedResult) : undefined;
}

/** The fields of a record in a decoded struct: ethers gives bigints for numbers, hex for bytes. */
export type NamedResult = Readonly<Record<keyof StoredBatch, unknown>>;

/** The record in a decoded struct. */
export function plainStoredBatch(result: NamedResult): StoredBatch {
  return {
    batchNumber: number(result.batchNumber),
    lastBlock: number(result.lastBlock),
    firstTimestamp: number(result.firstTimestamp),
    lastTimestamp: number(result.lastTimestamp),
    leafCount: number(result.leafCount),
    priorityOpTotal: number(result.priorityOpTotal),
    committedAt: number(result.committedAt),
    importedRootCount: number(result.importedRootCount),
    protocolVersion: number(result.protocolVersion),
    commitment: hex(result.commitment),
    oldStateRoot: hex(result.oldStateRoot),
    newStateRoot: hex(result.newStateRoot),
    diffDigest: hex(result.diffDigest),
    point: hex(result.point),
    evaluation: hex(result.evaluation),
    outputsHash: hex(result.outputsHash),
    l2LogsTreeRoot: hex(result.l2LogsTreeRoot),
    importedRootsRollingHash: hex(result.importedRootsRollingHash),
    flowsHash: hex(result.flowsHash),
    extensions: hex(result.extensions),
    nestedRoot: hex(result.nestedRoot),
    partitionRoot: hex(result.partitionRoot),
    partition: hex(result.partition),
    partitionDa: hex(result.partitionDa),
  };
}

function decodeRoot(log: Log, position: L1Position): L1Event | undefined {
  const args = registryInterface.parseLog(log)?.args;
  if (args === undefined) return undefined;
  const leafIndex = number(args["leafIndex"]);
  return {
    ...position,
    type: "transactionRoot",
    leafIndex,
    rootIndex: leafIndex + 1n,
    chainId: number(args["chainId"]),
    batchNumber: number(args["batchNumber"]),
    logRoot: hex(args["logRoot"]),
    record: plainRecord(args["record"] as Readonly<Record<keyof BatchRecord, unknown>>),
    root: hex(args["root"]),
  };
}

function decodeRetirement(log: Log, position: L1Position): L1Event | undefined {
  const args = verifiersInterface.parseLog(log)?.args;
  if (args === undefined) return undefined;
  return { ...position, type: "retirementScheduled", version: number(args["version"]), retiresAt: number(args["retiresAt"]) };
}

function decodeSetting(log: Log, position: L1Position): L1Event | undefined {
  const event = settingsInterface.parseLog(log);
  if (event === null) return undefined;
  const { args } = event;
  const chainId = number(args["chainId"]);
  if (event.name === "TermsScheduled") return { ...position, type: "termsScheduled", chainId, ...scheduledTerms(args) };
  if (event.name === "TermsCanceled") return { ...position, type: "termsCanceled", chainId, epoch: number(args["epoch"]) };
  if (event.name === "HaltedPassed") {
    const passed = { version: number(args["to"]), firstBatch: number(args["firstBatch"]) };
    return { ...position, type: "haltedPassed", chainId, ...passed };
  }
  const named = { ...position, chainId, version: number(args["version"]) };
  if (event.name === "UpgradeCanceled") return { ...named, type: "upgradeCanceled" };
  return {
    ...named,
    type: "upgradeScheduled",
    previousVersion: number(args["previousVersion"]),
    effectiveAt: number(args["effectiveAt"]),
    operations: number(args["operations"]),
  };
}

function namedBatch(args: Readonly<Record<string, unknown>>): { readonly batchNumber: BatchNumber; readonly batchHash: Hex } {
  return { batchNumber: number(args["batchNumber"]), batchHash: hex(args["batchHash"]) };
}

function scheduledTerms(args: Readonly<Record<string, unknown>>): ScheduledTerms {
  type Term = "quorum" | "standby" | "dataAvailabilityPolicy" | "requiresSecondCheck";
  const terms = args["terms"] as Readonly<Record<Term, unknown>>;
  return {
    epoch: number(args["epoch"]),
    effectiveAt: number(args["effectiveAt"]),
    requiresSecondCheck: Boolean(terms.requiresSecondCheck),
    ...plainQuorum(terms.quorum),
    standby: plainQuorum(terms.standby),
    dataAvailabilityPolicy: account(terms.dataAvailabilityPolicy),
  };
}

/** A quorum in a decoded struct. */
export function plainQuorum(quorum: unknown): Pick<ScheduledTerms, "threshold" | "validators"> {
  const { threshold, validators } = quorum as { readonly threshold: unknown; readonly validators: Iterable<unknown> };
  return { threshold: number(threshold), validators: [...validators].map(account) };
}

function account(value: unknown): Hex {
  return hex(String(value).toLowerCase());
}

function plainRecord(result: Readonly<Record<keyof BatchRecord, unknown>>): BatchRecord {
  return {
    protocolVersion: number(result.protocolVersion),
    oldStateRoot: hex(result.oldStateRoot),
    newStateRoot: hex(result.newStateRoot),
    partition: hex(result.partition),
    extensions: hex(result.extensions),
    lastBlock: number(result.lastBlock),
    lastTimestamp: number(result.lastTimestamp),
    executedAt: number(result.executedAt),
    provenSince: number(result.provenSince),
    firstTimestamp: number(result.firstTimestamp),
    refused: hex(result.refused),
  };
}

/** ethers gives bigints for numbers and, for lists, frozen results; the protocol's type is plain data. */
/** An operation as the contracts' ABI has it. */
export function plainOperation(operation: Readonly<Record<string, unknown>>): L2CanonicalTransaction {
  const list = (name: string): bigint[] => [...(operation[name] as Iterable<bigint>)];
  return {
    txType: number(operation["txType"]),
    from: number(operation["from"]),
    to: number(operation["to"]),
    gasLimit: number(operation["gasLimit"]),
    gasPerPubdataByteLimit: number(operation["gasPerPubdataByteLimit"]),
    maxFeePerGas: number(operation["maxFeePerGas"]),
    maxPriorityFeePerGas: number(operation["maxPriorityFeePerGas"]),
    paymaster: number(operation["paymaster"]),
    nonce: number(operation["nonce"]),
    value: number(operation["value"]),
    reserved: list("reserved"),
    data: hex(operation["data"]),
    signature: hex(operation["signature"]),
    factoryDeps: list("factoryDeps"),
    paymasterInput: hex(operation["paymasterInput"]),
    reservedDynamic: hex(operation["reservedDynamic"]),
  };
}

function number(value: unknown): bigint {
  return BigInt(value as bigint);
}

function hex(value: unknown): Hex {
  return toHex(fromHex(String(value)));
}
