import { hashAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { hashCommitment, hashDaCommitment, NO_PARTITION } from "../../../src/ground/protocol/commitment.ts";
import { elementsToBytes } from "../../../src/ground/protocol/digest.ts";
import { toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { importedRootsRollingHash } from "../../../src/ground/protocol/rolling-hash.ts";
import { hashStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { CommitBatch } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import type { BatchExecution } from "../../../src/chain/settlement/l1-sender/batch-calls.ts";
import type { Frame } from "./frame.ts";
import { checkAvailability } from "./policies.ts";
import type { BatchRevert } from "../../../src/ground/protocol/quorum.ts";
import { batchDigest, requireQuorum, revertDigest, type Terms } from "./quorum.ts";
import { readBatch, type BatchReading } from "./reading.ts";
import { rootAt, verify } from "./registries.ts";
import { versionOfBatch } from "./upgrades.ts";
import { isProven } from "./versions.ts";
import { requireThat } from "./refusal.ts";
import { isStopped, knownVersion, requireActiveFor, requireExecutable } from "./standings.ts";
import type { Chain, World } from "./world.ts";
import { recordOfBatch } from "../../support/batch-record.ts";

const MAX_IMPORTS = 256n;
const MAX_EXECUTION_GAS = 12_000_000n;
const GAS_PER_FLOW = 34_100n;
const GAS_PER_IMPORT = 3_000n;
const DEADLINE_FRACTION = 32n;

/** The validators' word for a batch. */
export interface BatchApproval extends Terms {
  readonly signatures: readonly Hex[];
}

/** Element of the list of `commitBatches`. */
interface ApprovedBatch {
  readonly batch: CommitBatch;
  readonly approval: BatchApproval;
}

const storedHashes = new WeakMap<StoredBatch, Hex>();

/** Hash of a stored batch, cached because batches recur. */
function storedHash(batch: StoredBatch): Hex {
  const known = storedHashes.get(batch) ?? hashStoredBatch(batch);
  storedHashes.set(batch, known);
  return known;
}

export function requireRunning(chain: Chain): void {
  requireThat(!chain.exited.value, "ChainContract", "ChainExited");
}

/** Seconds behind the deadline of an operation that is not executed until the standby may take batches back. */
export function patienceForRevert({ configuration }: Chain): bigint {
  return configuration.priorityOpWindow + configuration.executionDelay;
}

/** The standby counts where an operation waits that was due so long ago. */
function requireOverdue(chain: Chain, now: bigint, head: bigint, patience: bigint): void {
  const isWaiting = head < chain.operationsQueued.value;
  const from = isWaiting ? deadlineOf(chain, head) + patience : (1n << 256n) - 1n;
  requireThat(now >= from, "ChainContract", "StandbyTooEarly", () => [from, now]);
}

/** Whole seconds. */
export function deadlineOf(chain: Chain, index: bigint): bigint {
  return (chain.queue.get(index)?.deadline ?? 0n) >> DEADLINE_FRACTION;
}

/** The batch as L1 stores it. Throws Refusal for data that it does not take. */
export function describeBatch(
  world: World,
  chain: Chain,
  previous: StoredBatch,
  batch: CommitBatch,
  { now, published, reading }: { now: bigint; published: boolean; reading: BatchReading },
): StoredBatch {
  const executionGas = BigInt(reading.flows.length) * GAS_PER_FLOW + batch.importedRootCount * GAS_PER_IMPORT;
  const isCheap = executionGas <= MAX_EXECUTION_GAS;
  requireThat(isCheap, "ChainContract", "ExecutionTooExpensive", () => [MAX_EXECUTION_GAS, executionGas]);
  const { preCommitment, pubdataHash, point, evaluation, flowsHash } = reading;
  const claim = { published: published && batch.pubdata !== "0x", preCommitment, pubdataHash };
  const policyDataHash = checkAvailability(world, chain.configuration.dataAvailabilityPolicy, claim, batch.policyData);
  const commitment = hashCommitment(
    preCommitment,
    hashDaCommitment({ pubdataHash, point, evaluation, flowsHash, policyDataHash, partitionDa: NO_PARTITION }),
  );
  return {
    batchNumber: batch.batchNumber,
    lastBlock: batch.lastBlock,
    firstTimestamp: batch.firstTimestamp,
    lastTimestamp: batch.lastTimestamp,
    leafCount: reading.leafCount,
    priorityOpTotal: previous.priorityOpTotal + batch.priorityOpCount,
    committedAt: now,
    importedRootCount: batch.importedRootCount,
    protocolVersion: versionOfBatch(chain, batch.firstTimestamp, previous.priorityOpTotal),
    commitment,
    oldStateRoot: previous.newStateRoot,
    newStateRoot: batch.newStateRoot,
    diffDigest: batch.diffDigest,
    point: toHex(elementsToBytes(point)),
    evaluation: toHex(elementsToBytes(evaluation)),
    outputsHash: reading.outputsHash,
    l2LogsTreeRoot: reading.l2LogsTreeRoot,
    importedRootsRollingHash: batch.importedRootsRollingHash,
    flowsHash,
    extensions: reading.extensions,
    nestedRoot: NO_PARTITION,
    partitionRoot: NO_PARTITION,
    partition: NO_PARTITION,
    partitionDa: NO_PARTITION,
  };
}

function requireNext({ transaction }: Frame, chain: Chain, previous: StoredBatch, batch: CommitBatch): void {
  const number = chain.committed.value;
  requireThat(batch.batchNumber === number, "ChainContract", "BatchNumberMismatch", () => [number, batch.batchNumber]);
  const [expected, actual] = [storedHash(chain.last), storedHash(previous)];
  requireThat(actual === expected, "ChainContract", "StoredBatchMismatch", () => [number, expected, actual]);
  const { firstBlock, lastBlock, firstTimestamp, lastTimestamp, cheatCount, importedRootCount } = batch;
  const isRange = firstBlock === previous.lastBlock + 1n && lastBlock >= firstBlock;
  requireThat(isRange, "ChainContract", "BlockRangeInvalid", () => [previous.lastBlock + 1n, firstBlock, lastBlock]);
  const isMonotone = firstTimestamp >= previous.lastTimestamp && lastTimestamp >= firstTimestamp;
  requireThat(isMonotone, "ChainContract", "TimestampsNotMonotone", () => [
    previous.lastTimestamp,
    firstTimestamp,
    lastTimestamp,
  ]);
  requireThat(lastTimestamp <= transaction.now, "ChainContract", "TimestampInFuture", () => [transaction.now, lastTimestamp]);
  const mayCheat = cheatCount === 0n || chain.configuration.cheatsAllowed;
  requireThat(mayCheat, "ChainContract", "StateCheatsForbidden", () => [cheatCount]);
  requireThat(importedRootCount <= MAX_IMPORTS, "ChainContract", "TooManyImports", () => [MAX_IMPORTS, importedRootCount]);
}

/** Hashes of the operations that the batch takes. */
function takeOperations({ transaction }: Frame, chain: Chain, first: bigint, batch: CommitBatch): Hex[] {
  const count = batch.priorityOpCount;
  const available = chain.operationsQueued.value - first;
  requireThat(count <= available, "ChainContract", "PriorityOpsNotQueued", () => [available, count]);
  if (count === 0n && available !== 0n) {
    const deadline = deadlineOf(chain, first);
    const { lastTimestamp } = batch;
    requireThat(deadline > lastTimestamp, "ChainContract", "PriorityOpOverdue", () => [first, deadline, lastTimestamp]);
    const latest = deadline + chain.configuration.priorityOpWindow;
    requireThat(latest > transaction.now, "ChainContract", "PriorityOpOverdueOnL1", () => [first, latest, transaction.now]);
  }
  return operationHashes(chain, first, count);
}

export function operationHashes(chain: Chain, first: bigint, count: bigint): Hex[] {
  return Array.from({ length: Number(count) }, (_, i) => chain.queue.get(first + BigInt(i))!.hash);
}

function requireStored(chain: Chain, number: bigint, batch: StoredBatch): void {
  requireThat(batch.batchNumber === number, "ChainContract", "BatchNumberMismatch", () => [number, batch.batchNumber]);
  requireHash(chain, number, storedHash(batch));
}

function requireHash(chain: Chain, number: bigint, actual: Hex): void {
  const expected = storedHash(chain.batches.get(number)!);
  requireThat(actual === expected, "ChainContract", "StoredBatchMismatch", () => [number, expected, actual]);
}

export const batches = {
  commitBatches(frame: Frame, previous: StoredBatch, commits: readonly ApprovedBatch[]): void {
    requireRunning(frame.world.chainAt(frame.self));
    let last = previous;
    for (const each of commits) last = commit(frame, last, each);
  },

  proveBatch(frame: Frame, batch: StoredBatch, proof: Hex): void {
    const { world } = frame;
    const chain = world.chainAt(frame.self);
    requireRunning(chain);
    const number = chain.verified.value;
    const isCommitted = number !== chain.committed.value;
    requireThat(isCommitted, "ChainContract", "BatchNotCommitted", () => [number, batch.batchNumber]);
    requireStored(chain, number, batch);
    const { protocolVersion } = batch;
    requireThat(!isProven(protocolVersion), "ChainContract", "ExecutionUnproven", () => [protocolVersion]);
    const { verifier } = requireActiveFor(frame, chain, protocolVersion);
    requireThat(verify(world, verifier, batch, proof), "ChainContract", "ProofRefused");
    chain.verified.value = number + 1n;
  },

  acceptProven(frame: Frame, batch: StoredBatch): boolean {
    const chain = frame.world.chainAt(frame.self);
    const { aggregator } = knownVersion(frame, batch.protocolVersion);
    const isAggregator = frame.sender === aggregator;
    requireThat(isAggregator, "ChainContract", "OnlyAggregator", () => [aggregator, frame.sender]);
    const { now } = frame.transaction;
    if (chain.termsAt(now).isGoverned && isStopped(frame.world, batch.protocolVersion, now)) return false;
    const { batchNumber: number } = batch;
    if (number !== chain.verified.value || number >= chain.committed.value) return false;
    if (storedHash(batch) !== storedHash(chain.batches.get(number)!)) return false;
    chain.verified.value = number + 1n;
    return true;
  },

  executeBatches(frame: Frame, executions: readonly BatchExecution[]): void {
    requireRunning(frame.world.chainAt(frame.self));
    for (const execution of executions) execute(frame, execution);
  },

  revertBatches(frame: Frame, reversal: BatchRevert, signatures: readonly Hex[]): void {
    const { firstNumber: batchNumber, revertCount, validUntil } = reversal;
    const chain = frame.world.chainAt(frame.self);
    requireRunning(chain);
    const [executed, committed] = [chain.executed.value, chain.committed.value];
    requireThat(batchNumber >= executed, "ChainContract", "RevertOfExecuted", () => [executed, batchNumber]);
    requireThat(batchNumber < committed, "ChainContract", "NothingToRevert", () => [committed, batchNumber]);
    const reverts = chain.revertCount.value;
    requireThat(revertCount === reverts, "ChainContract", "RevertCountMismatch", () => [reverts, revertCount]);
    requireHash(chain, batchNumber, reversal.firstBatchHash);
    requireHash(chain, committed - 1n, reversal.lastBatchHash);
    const { now } = frame.transaction;
    requireThat(now <= validUntil, "ChainContract", "RevertExpired", () => [validUntil, now]);
    if (requireQuorum(chain, now, revertDigest(frame.world, chain, reversal), signatures)) {
      const verified = chain.verified.value;
      requireThat(batchNumber >= verified, "ChainContract", "RevertOfProven", () => [verified, batchNumber]);
      requireOverdue(chain, now, chain.operationsExecuted.value, patienceForRevert(chain));
    }
    chain.revertCount.value += 1n;
    chain.committed.value = batchNumber;
    if (chain.verified.value > batchNumber) chain.verified.value = batchNumber;
  },
};

/** Commits the next batch after a record. */
function commit(frame: Frame, previous: StoredBatch, { batch, approval }: ApprovedBatch): StoredBatch {
  const { world, transaction, sender, isCanonical, self } = frame;
  const chain = world.chainAt(self);
  requireActiveFor(frame, chain, versionOfBatch(chain, batch.firstTimestamp, previous.priorityOpTotal));
  requireNext(frame, chain, previous, batch);
  const operations = takeOperations(frame, chain, previous.priorityOpTotal, batch);
  const published = sender === transaction.origin && !world.hasCode(sender) && isCanonical;
  const reading = readBatch(world, chain, previous, batch, operations);
  const stored = describeBatch(world, chain, previous, batch, { now: transaction.now, published, reading });
  const isExpected = stored.commitment === batch.commitment;
  requireThat(isExpected, "ChainContract", "CommitmentMismatch", () => [batch.commitment, stored.commitment]);
  const { validFrom, validUntil, signatures } = approval;
  const { now } = transaction;
  requireThat(now >= validFrom, "ChainContract", "ApprovalNotYetValid", () => [validFrom, now]);
  requireThat(now <= validUntil, "ChainContract", "ApprovalExpired", () => [validUntil, now]);
  const digest = batchDigest(world, chain, stored.commitment, stored.batchNumber, approval);
  if (requireQuorum(chain, now, digest, signatures)) {
    requireOverdue(chain, now, previous.priorityOpTotal, chain.configuration.priorityOpWindow);
  }
  chain.batches.set(stored, stored.batchNumber);
  chain.committed.value = stored.batchNumber + 1n;
  const { publishedCodes, codes } = reading;
  if (published && batch.pubdata !== "0x" && publishedCodes.length + codes.length !== 0) {
    frame.call({ to: world.addresses.bytecodes, fn: "record", args: [chain.id, publishedCodes, codes], value: 0n });
  }
  return stored;
}

/** Executes the next batch, as L1 has it. */
function execute(frame: Frame, { batch, imports, flows }: BatchExecution): void {
  const { world, transaction } = frame;
  const chain = world.chainAt(frame.self);
  const number = chain.executed.value;
  requireThat(number !== chain.verified.value, "ChainContract", "BatchNotProven", () => [number, batch.batchNumber]);
  requireStored(chain, number, batch);
  if (chain.termsAt(transaction.now).isGoverned) requireExecutable(frame, batch.protocolVersion);
  const earliest = batch.committedAt + chain.configuration.executionDelay;
  requireThat(transaction.now >= earliest, "ChainContract", "ExecutionDelayed", () => [earliest, transaction.now]);
  for (const { registryIndex, root } of imports) {
    const expected = rootAt(world, registryIndex);
    requireThat(root === expected, "ChainContract", "ImportedRootUnknown", () => [registryIndex, expected, root]);
  }
  const importsHash = importedRootsRollingHash(imports);
  const { importedRootsRollingHash: expectedImports, flowsHash: expectedFlows } = batch;
  requireThat(importsHash === expectedImports, "ChainContract", "ImportedRootsMismatch", () => [expectedImports, importsHash]);
  const flowsHash = hashAssetFlows(flows);
  requireThat(flowsHash === expectedFlows, "ChainContract", "FlowsMismatch", () => [expectedFlows, flowsHash]);
  chain.executed.value = number + 1n;
  chain.operationsExecuted.value = batch.priorityOpTotal;
  chain.executedStateRoot.value = batch.newStateRoot;
  chain.executedVersion.value = batch.protocolVersion;
  chain.logRoots.set(batch.l2LogsTreeRoot, number);
  if (!isProven(batch.protocolVersion)) chain.provenSince.value = number + 1n;
  chain.lastExecutedBlock.value = batch.lastBlock;
  chain.recordedAt.value = transaction.now;
  const { bridge, roots } = world.addresses;
  const applied = { to: bridge, fn: "applyFlows", args: [chain.id, number, batch.firstTimestamp, flows], value: 0n };
  const refused = flows.length === 0 ? [] : (frame.call(applied) as readonly bigint[]);
  const record = recordOfBatch(batch, transaction.now, refused, chain.provenSince.value);
  frame.call({ to: roots, fn: "append", args: [chain.id, number, batch.l2LogsTreeRoot, record], value: 0n });
}
