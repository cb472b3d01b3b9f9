import type { Log } from "ethers";
import { fromHex, toHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../protocol/priority-op.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { hyperchainInterface, registryInterface, topicOf } from "../contract-interfaces.ts";
import { storedBatchOfLog } from "../l1-sender/chain-reader.ts";

/** Where on L1 an event stands. */
export interface L1Position {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  /** In the block. */
  readonly logIndex: number;
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
