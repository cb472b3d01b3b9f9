import type { Log } from "ethers";
import { fromHex, toHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../protocol/priority-op.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { hyperchainInterface, registryInterface, topicOf } from "./contract-interfaces.ts";

/** Where on L1 an event stands. */
export interface L1Position {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  /** In the block. */
  readonly logIndex: number;
  /** Whose event it is: 20 bytes in lower case. */
  readonly contract: Hex;
}

/** What a chain must know of L1. */
export type L1Event = L1Position &
  (
    | {
        readonly type: "priorityOperation";
        /** Place in the queue. */
        readonly index: bigint;
        readonly canonicalTxHash: Hex;
        readonly operation: L2CanonicalTransaction;
        /** Seconds: a batch whose last block is later must take it. */
        readonly deadline: bigint;
      }
    | { readonly type: "batchCommitted"; readonly stored: StoredBatch }
    | {
        readonly type: "batchProven";
        readonly batchNumber: bigint;
        readonly commitment: Hex;
        readonly protocolVersion: bigint;
        readonly verifier: Hex;
      }
    | { readonly type: "batchExecuted"; readonly batchNumber: bigint; readonly batchHash: Hex; readonly commitment: Hex }
    /** The counts that remain. */
    | { readonly type: "batchesReverted"; readonly committed: bigint; readonly verified: bigint; readonly executed: bigint }
    | { readonly type: "exitActivated"; readonly executed: bigint; readonly stateRoot: Hex }
    | {
        readonly type: "transactionRoot";
        readonly leafIndex: bigint;
        /** Index of the new root: leafIndex + 1. */
        readonly rootIndex: bigint;
        readonly chainId: bigint;
        readonly batchNumber: bigint;
        readonly logRoot: Hex;
        readonly root: Hex;
      }
  );

/** Topics of the chain's events that are decoded here. */
export const HYPERCHAIN_TOPICS: readonly string[] = [
  "NewPriorityRequest", "BatchStored", "BatchProven", "BlockExecution", "BlocksRevert", "ExitActivated",
].map((name) => topicOf(hyperchainInterface, name));

/** Topic of the registry's event. */
export const REGISTRY_TOPIC: string = topicOf(registryInterface, "TransactionRootUpdated");

/** Decodes a log of a chain's contract or of the registry; undefined for any other event. Throws ethers' error for malformed data. */
export function decodeL1Event(log: Log): L1Event | undefined {
  const position: L1Position = {
    blockNumber: log.blockNumber,
    blockHash: log.blockHash as Hex,
    transactionHash: log.transactionHash as Hex,
    logIndex: log.index,
    contract: log.address.toLowerCase() as Hex,
  };
  if (log.topics[0] === REGISTRY_TOPIC) return decodeRoot(log, position);
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
    case "BatchStored": {
      const stored = storedBatchOfLog(log);
      return stored === undefined ? undefined : { ...position, type: "batchCommitted", stored };
    }
    case "BatchProven":
      return {
        ...position,
        type: "batchProven",
        batchNumber: number(args["batchNumber"]),
        commitment: hex(args["commitment"]),
        protocolVersion: number(args["protocolVersion"]),
        verifier: hex(args["verifier"]),
      };
    case "BlockExecution":
      return {
        ...position,
        type: "batchExecuted",
        batchNumber: number(args["batchNumber"]),
        batchHash: hex(args["batchHash"]),
        commitment: hex(args["commitment"]),
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
      return { ...position, type: "exitActivated", executed: number(args["totalBatchesExecuted"]), stateRoot: hex(args["stateRoot"]) };
    default:
      return undefined;
  }
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
    root: hex(args["root"]),
  };
}

/** ethers gives bigints for numbers and, for lists, frozen results; the protocol's type is plain data. */
function plainOperation(operation: Readonly<Record<string, unknown>>): L2CanonicalTransaction {
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
