import { isAssetSender } from "../../../src/ground/protocol/asset-message.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../../src/ground/protocol/held-accounts-address.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { deriveEvaluationPoint, hashPreCommitment, NO_PARTITION } from "../../../src/ground/protocol/commitment.ts";
import { digestFromHex } from "../../../src/ground/protocol/digest.ts";
import { outputsEntry } from "../../../src/ground/protocol/diff-list.ts";
import { LeafKind, MAX_LEAF_COUNT } from "../../../src/ground/protocol/domain-tags.ts";
import { evaluateDiffList, OFF_CHAIN_POINT, type Quintic } from "../../../src/ground/protocol/evaluation.ts";
import { fromHex, keccak, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashL2Log, l2LogTreeRoot, MAX_L2_LOGS, messageLogOfHash, priorityOpLog } from "../../../src/ground/protocol/l2-log.ts";
import { hashOutputs } from "../../../src/ground/protocol/outputs.ts";
import {
  PUBDATA_HEADER_BYTES,
  PUBDATA_VERSION,
  pubdataLogLeaves,
  type PubdataLog,
} from "../../../src/ground/protocol/pubdata.ts";
import { decodePubdata, type PubdataDecoding } from "../../../src/ground/protocol/pubdata-decoder.ts";
import { priorityOpsRollingHash } from "../../../src/ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { CommitBatch } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { versionOfBatch } from "./upgrades.ts";
import { isProven } from "./versions.ts";
import { requireCanonical } from "./registries.ts";
import { Refusal, requireThat } from "./refusal.ts";
import type { Chain, World } from "./world.ts";

const MAX_PUBDATA = 100_000;
const MAX_MESSAGES = 4096;

/** L1's reading of a batch. */
export interface BatchReading {
  readonly preCommitment: Hex;
  readonly outputsHash: Hex;
  /** Exports in addition to its logs. */
  readonly extensions: Hex;
  readonly pubdataHash: Hex;
  readonly l2LogsTreeRoot: Hex;
  readonly leaves: readonly Hex[];
  readonly flows: ReturnType<typeof sumAssetFlows>;
  readonly flowsHash: Hex;
  readonly leafCount: bigint;
  readonly point: Quintic;
  readonly evaluation: Quintic;
  readonly publishedCodes: readonly Hex[];
  readonly codes: readonly Hex[];
}

/** Reads a batch as BatchReader does, through the protocol's TypeScript. */
export function readBatch(
  world: World,
  chain: Chain,
  previous: StoredBatch,
  batch: CommitBatch,
  operations: readonly Hex[],
): BatchReading {
  return batch.pubdata === "0x"
    ? readWithheld(world, chain, previous, batch, operations)
    : readPubdata(world, chain, previous, batch, operations);
}

function readPubdata(
  world: World,
  chain: Chain,
  previous: StoredBatch,
  batch: CommitBatch,
  operations: readonly Hex[],
): BatchReading {
  const bytes = fromHex(batch.pubdata);
  requireLength(bytes);
  requireFewMessages(bytes, operations);
  // Where earlier data was withheld, only the circuit knows how many leaves there are.
  const insertionCount = bytes.length < 9 ? 0 : (bytes[7]! << 8) + bytes[8]!;
  const isKnown = previous.leafCount !== 0n;
  const oldLeafCount = isKnown ? Number(previous.leafCount) : MAX_LEAF_COUNT - insertionCount;
  const { decoding, leaves } = decode(batch.pubdata, bytes, oldLeafCount, operations);
  if (!decoding.ok) throw new Refusal("BatchReader", decoding.rejection.code, [decoding.rejection.offset]);
  const { logs, bytecodes, changes } = decoding.pubdata;
  const bound = bind(world, chain, previous, batch, operations, leaves);
  const pubdataHash = keccak(bytes);
  const point = deriveEvaluationPoint(bound.preCommitment, pubdataHash, bytes.length);
  const flows = sumAssetFlows(logs, world.l1ChainId);
  const codes = changes.flatMap((entry) => {
    const isCode = entry.type === "update" ? entry.isCode : entry.leafKind === LeafKind.codeHash;
    return isCode && entry.value !== 0n ? [toHex(fromHex(`0x${entry.value.toString(16).padStart(64, "0")}`))] : [];
  });
  return {
    ...bound,
    pubdataHash,
    leaves,
    flows,
    flowsHash: hashAssetFlows(flows),
    leafCount: isKnown ? BigInt(oldLeafCount + insertionCount) : 0n,
    point,
    evaluation: evaluateDiffList([...changes, outputsEntry(BigInt(bound.outputsHash))], point),
    publishedCodes: bytecodes.map((code) => keccak(code)),
    codes,
  };
}

interface Decoded {
  readonly decoding: PubdataDecoding;
  readonly leaves: readonly Hex[];
}

/** Data of this length come again and again, since only the limits can be tried with them. */
const LONG_BYTES = 20_000;
const MOST_LONG_PUBDATA = 16;
const longPubdata = new Map<string, Decoded>();

function decode(text: Hex, bytes: Uint8Array, oldLeafCount: number, operations: readonly Hex[]): Decoded {
  const key = [text, oldLeafCount, ...operations].join();
  const known = longPubdata.get(key);
  if (known !== undefined) return known;
  const decoding = decodePubdata(bytes, { oldLeafCount, priorityOpCount: operations.length });
  const decoded = { decoding, leaves: decoding.ok ? pubdataLogLeaves(decoding.pubdata.logs, operations) : [] };
  if (longPubdata.size === MOST_LONG_PUBDATA) longPubdata.clear();
  if (bytes.length > LONG_BYTES) longPubdata.set(key, decoded);
  return decoded;
}

function readWithheld(
  world: World,
  chain: Chain,
  previous: StoredBatch,
  batch: CommitBatch,
  operations: readonly Hex[],
): BatchReading {
  const bytes = fromHex(batch.withheld.logs);
  requireLength(bytes);
  const { leaves, messages } = readWithheldLogs(bytes, operations);
  const flows = sumAssetFlows(messages, world.l1ChainId);
  const bound = bind(world, chain, previous, batch, operations, leaves);
  requireCanonical("BatchReader", `0x${batch.withheld.entryCount.toString(16).padStart(8, "0").padEnd(64, "0")}`);
  return {
    ...bound,
    pubdataHash: batch.withheld.pubdataHash,
    leaves,
    flows,
    flowsHash: hashAssetFlows(flows),
    leafCount: 0n,
    point: OFF_CHAIN_POINT,
    evaluation: [batch.withheld.entryCount, 0, 0, 0, 0],
    publishedCodes: [],
    codes: [],
  };
}

function requireLength(bytes: Uint8Array): void {
  requireThat(bytes.length <= MAX_PUBDATA, "BatchReader", "PubdataTooLong", () => [MAX_PUBDATA, bytes.length]);
}

/** Checks the number of messages in the header, before the logs are read. */
function requireFewMessages(bytes: Uint8Array, operations: readonly Hex[]): void {
  if (bytes.length < PUBDATA_HEADER_BYTES || bytes[0] !== PUBDATA_VERSION) return;
  const logCount = (bytes[1]! << 8) + bytes[2]!;
  if (logCount <= MAX_L2_LOGS) requireMessageCount(logCount, operations);
}

function requireMessageCount(logCount: number, operations: readonly Hex[]): void {
  const count = logCount - operations.length;
  requireThat(count <= MAX_MESSAGES, "BatchReader", "TooManyMessages", () => [MAX_MESSAGES, count]);
}

/** The leaves, and the messages whose bodies L1 has. */
function readWithheldLogs(bytes: Uint8Array, operations: readonly Hex[]): { leaves: Hex[]; messages: PubdataLog[] } {
  const refuse = (error: string, offset: number): never => {
    throw new Refusal("BatchReader", error, [offset]);
  };
  if (bytes.length < 2) refuse("Truncated", 0);
  const count = (bytes[0]! << 8) + bytes[1]!;
  if (count > MAX_L2_LOGS) refuse("TooManyLogs", 0);
  requireMessageCount(count, operations);
  const leaves: Hex[] = [];
  const messages: PubdataLog[] = [];
  let taken = 0;
  let offset = 2;
  for (let i = 0; i < count; i++) {
    if (offset >= bytes.length) refuse("Truncated", offset);
    const head = bytes[offset]!;
    const sender = (): Hex => toHex(bytes.slice(offset + 1, offset + 21));
    let end = offset + 1;
    if (head < 2) {
      if (taken === operations.length) refuse("OperationCountMismatch", offset);
      leaves.push(hashL2Log(priorityOpLog(operations[taken++]!, head === 1)));
    } else if (head === 2) {
      if (offset + 24 > bytes.length) refuse("Truncated", offset);
      end = offset + 24 + (bytes[offset + 21]! << 16) + (bytes[offset + 22]! << 8) + bytes[offset + 23]!;
      if (end > bytes.length) refuse("Truncated", offset);
      const body = bytes.slice(offset + 24, end);
      messages.push({ type: "message", sender: sender(), body });
      leaves.push(hashL2Log(messageLogOfHash(sender(), keccak(body))));
    } else if (head === 3) {
      end = offset + 53;
      if (end > bytes.length) refuse("Truncated", offset);
      if (isAssetSender(sender()) || sender() === HELD_ACCOUNTS_ADDRESS) refuse("MessageBodyWithheld", offset);
      leaves.push(hashL2Log(messageLogOfHash(sender(), toHex(bytes.slice(offset + 21, end)))));
    } else if (head === 4) {
      if (offset + 4 > bytes.length) refuse("Truncated", offset);
      end = offset + 4 + (bytes[offset + 1]! << 16) + (bytes[offset + 2]! << 8) + bytes[offset + 3]!;
      if (end > bytes.length) refuse("Truncated", offset);
      leaves.push(hashL2Log(messageLogOfHash(HELD_ACCOUNTS_ADDRESS, keccak(bytes.slice(offset + 4, end)))));
    } else {
      refuse("UnknownLogHead", offset);
    }
    offset = end;
  }
  if (taken !== operations.length) refuse("OperationCountMismatch", offset);
  if (offset !== bytes.length) refuse("TrailingBytes", offset);
  return { leaves, messages };
}

/** Outputs and preCommitment. */
function bind(
  world: World,
  chain: Chain,
  previous: StoredBatch,
  batch: CommitBatch,
  operations: readonly Hex[],
  leaves: readonly Hex[],
): Pick<BatchReading, "l2LogsTreeRoot" | "outputsHash" | "extensions" | "preCommitment"> {
  const l2LogsTreeRoot = l2LogTreeRoot(leaves);
  const protocolVersion = versionOfBatch(chain, batch.firstTimestamp, previous.priorityOpTotal);
  const isFirstProven = batch.batchNumber === 0n || !isProven(previous.protocolVersion);
  const extensions = isProven(protocolVersion) && isFirstProven ? chain.extensions.installing : chain.extensions.usual;
  const outputsHash = hashOutputs({
    batchNumber: batch.batchNumber,
    firstBlock: batch.firstBlock,
    lastBlock: batch.lastBlock,
    firstTimestamp: batch.firstTimestamp,
    lastTimestamp: batch.lastTimestamp,
    l2LogsTreeRoot,
    logCount: BigInt(leaves.length),
    priorityOpCount: BigInt(operations.length),
    priorityOpsRollingHash: priorityOpsRollingHash(operations),
    importedRootCount: batch.importedRootCount,
    importedRootsRollingHash: batch.importedRootsRollingHash,
    cheatCount: batch.cheatCount,
    extensions,
    coinbase: batch.coinbase,
  });
  requireCanonical("BatchReader", batch.newStateRoot);
  requireCanonical("BatchReader", batch.diffDigest);
  const preCommitment = hashPreCommitment({
    protocolVersion,
    settlementChainId: world.l1ChainId,
    hyperchainAddress: chain.address,
    chainId: chain.id,
    batchNumber: batch.batchNumber,
    previousCommitment: previous.commitment,
    oldStateRoot: digestFromHex(previous.newStateRoot),
    newStateRoot: digestFromHex(batch.newStateRoot),
    diffDigest: digestFromHex(batch.diffDigest),
    outputsHash,
    daPolicy: BigInt(chain.configuration.dataAvailabilityPolicy),
    partition: NO_PARTITION,
  });
  return { l2LogsTreeRoot, outputsHash, extensions, preCommitment };
}
