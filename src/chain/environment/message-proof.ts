import { hashRefusedDestinations, type BatchRecord } from "../../ground/protocol/batch-record.ts";
import { fromHex, isPlainHex, keccak, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../ground/protocol/ids.ts";
import { hashL2Log, L2_LOG_TREE_DEPTH, messageLog } from "../../ground/protocol/l2-log.ts";
import { MESSAGE_PROOF_METADATA } from "../../ground/protocol/message-proof.ts";
import { WORD_LIMIT } from "../../ground/protocol/word.ts";
import { TRANSACTION_TREE_DEPTH, transactionTreeLeaf } from "../../ground/protocol/transaction-tree.ts";

/** A message with its proof of inclusion, as `proveMessage` of the client makes it. */
export interface ProvenMessage {
  readonly chainId: ChainId;
  readonly l1BatchNumber: BatchNumber;
  readonly l2MessageIndex: number;
  readonly message: { readonly sender: Hex; readonly data: Hex };
  /** Shape: metadata ‖ 14 log siblings ‖ leaf index ‖ 32 registry siblings ‖ root index ‖ 11 words of the batch's record. */
  readonly proof: readonly Hex[];
}

const LEAF_INDEX = 1 + L2_LOG_TREE_DEPTH;
const ROOT_INDEX = LEAF_INDEX + 1 + TRANSACTION_TREE_DEPTH;
const RECORD_WORDS = 11;

/** Record of the message's batch if an imported root contains the message; undefined otherwise, also for other forms. */
export function includedIn(message: ProvenMessage, roots: ReadonlyMap<bigint, Hex>): BatchRecord | undefined {
  const { chainId, l1BatchNumber: batchNumber, l2MessageIndex, message: sent, proof } = message;
  if (!isPlainHex(sent.sender, 20) || !isPlainHex(sent.data) || !proof.every((word) => isPlainHex(word, 32))) return undefined;
  const record = recordOf(proof.slice(ROOT_INDEX + 1));
  if (record === undefined || proof[0] !== MESSAGE_PROOF_METADATA) return undefined;
  const [leafIndex, rootIndex] = [wordAt(proof, LEAF_INDEX), wordAt(proof, ROOT_INDEX)];
  if (!isWord(chainId) || !isWord(batchNumber)) return undefined;
  // An index with further bits would be a second name for one place.
  if (!Number.isInteger(l2MessageIndex) || l2MessageIndex < 0 || l2MessageIndex >= 2 ** L2_LOG_TREE_DEPTH) return undefined;
  if (leafIndex >= 2n ** BigInt(TRANSACTION_TREE_DEPTH)) return undefined;
  const leaf = hashL2Log(messageLog(sent.sender, fromHex(sent.data)));
  const logRoot = rootAbove(leaf, BigInt(l2MessageIndex), proof.slice(1, LEAF_INDEX));
  const batch = transactionTreeLeaf({ chainId, batchNumber, logRoot, record });
  const root = rootAbove(batch, leafIndex, proof.slice(LEAF_INDEX + 1, ROOT_INDEX));
  return roots.get(rootIndex) === root ? record : undefined;
}

/** True if the record says that L1 refused these chain ids in the batch, and the destination is one of them. */
export function isRefused({ refused }: BatchRecord, destinationChainId: ChainId, chainIds: readonly bigint[]): boolean {
  return chainIds.includes(destinationChainId) && hashRefusedDestinations(chainIds) === refused;
}

function isWord(value: bigint): boolean {
  return value >= 0n && value < WORD_LIMIT;
}

/** Undefined for another number of words. */
function recordOf(words: readonly Hex[]): BatchRecord | undefined {
  const [protocolVersion, oldStateRoot, newStateRoot, partition, extensions, ...times] = words;
  const [lastBlock, lastTimestamp, executedAt, provenSince, firstTimestamp, refused] = times;
  if (words.length !== RECORD_WORDS || extensions === undefined || refused === undefined) return undefined;
  return {
    protocolVersion: BigInt(protocolVersion ?? 0),
    oldStateRoot: oldStateRoot ?? "0x",
    newStateRoot: newStateRoot ?? "0x",
    partition: partition ?? "0x",
    extensions,
    lastBlock: BigInt(lastBlock ?? 0),
    lastTimestamp: BigInt(lastTimestamp ?? 0),
    executedAt: BigInt(executedAt ?? 0),
    provenSince: BigInt(provenSince ?? 0),
    firstTimestamp: BigInt(firstTimestamp ?? 0),
    refused,
  };
}

function wordAt(proof: readonly Hex[], index: number): bigint {
  return BigInt(proof[index] ?? 0);
}

function rootAbove(leaf: Hex, index: bigint, siblings: readonly Hex[]): Hex {
  let node = leaf;
  for (const [level, sibling] of siblings.entries()) {
    const isRight = (index / 2n ** BigInt(level)) % 2n === 1n;
    const [left, right] = isRight ? [sibling, node] : [node, sibling];
    node = keccak(fromHex(left, 32), fromHex(right, 32));
  }
  return node;
}
