import { FIELD_MODULUS } from "../../../src/ground/protocol/digest.ts";
import type { BatchRecord } from "../../../src/ground/protocol/batch-record.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { noProofMarker } from "../../../src/ground/protocol/no-proof.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import {
  TRANSACTION_TREE_DEPTH,
  transactionTreeLeaf,
  transactionTreeRoot,
  type RegisteredBatch,
} from "../../../src/ground/protocol/transaction-tree.ts";
import { ZERO_ADDRESS } from "./aliases.ts";
import type { Frame } from "./frame.ts";
import { requireThat } from "./refusal.ts";
import { freezes, knownVersion, requireGovernance } from "./standings.ts";
import { formatOf, isProven } from "./versions.ts";
import type { Chain, ContractKind, ProtocolVersion, World } from "./world.ts";
import { recordOfMark } from "../../support/batch-record.ts";

/** Sentinel and outputs leaf. */
const FIXED_LEAVES = 2n;
/** Format that BatchReader reads. */
const READ_FORMAT = 1n;
const MAX_VERSION = 2n ** 32n - 1n;
const NO_PROOF_BIT = 2n ** 31n;
const FIRST_VERSION = 2n;

/** Whether each of the eight elements is below the field's modulus. */
export function isCanonicalDigest(digest: Hex): boolean {
  for (let i = 2; i < 66; i += 8) if (Number.parseInt(digest.slice(i, i + 8), 16) >= FIELD_MODULUS) return false;
  return true;
}

export function requireCanonical(raisedBy: ContractKind, digest: Hex): void {
  requireThat(isCanonicalDigest(digest), raisedBy, "DigestNotCanonical", () => [digest]);
}

/** Bits 1 to 7 of a version's number are the format that its reader reads. */
function checkReader(world: World, version: bigint, { reader }: ProtocolVersion): void {
  requireThat(world.hasCode(reader), "VerifierRegistry", "ReaderWithoutCode", () => [reader]);
  const format = formatOf(version);
  requireThat(format === READ_FORMAT, "VerifierRegistry", "ReaderOfOtherFormat", () => [format, READ_FORMAT]);
}

function checkAggregator(world: World, version: bigint, { aggregator, executionKey }: ProtocolVersion): void {
  const has = aggregator !== ZERO_ADDRESS;
  const isWhole = has === (BigInt(executionKey) !== 0n);
  requireThat(isWhole, "VerifierRegistry", "ExecutionKeyMismatch", () => [aggregator, executionKey]);
  requireThat(has || !isProven(version), "VerifierRegistry", "AggregatorMissing", () => [version]);
  if (!has) return;
  requireThat(isProven(version), "VerifierRegistry", "AggregatorOfTrustedVersion", () => [version]);
  requireThat(world.hasCode(aggregator), "VerifierRegistry", "AggregatorWithoutCode", () => [aggregator]);
  const proven = world.aggregators.get(aggregator)!.version;
  requireThat(proven === version, "VerifierRegistry", "AggregatorOfOtherVersion", () => [version, proven]);
  requireCanonical("VerifierRegistry", executionKey);
}

export const verifierRegistry = {
  addVersion(frame: Frame, version: bigint, content: ProtocolVersion): void {
    const { world } = frame;
    requireGovernance(frame);
    requireThat(version !== 0n, "VerifierRegistry", "ProtocolVersionZero");
    requireThat(version <= MAX_VERSION, "VerifierRegistry", "ProtocolVersionTooLarge", () => [MAX_VERSION, version]);
    requireThat(world.versions.get(version) === undefined, "VerifierRegistry", "ProtocolVersionExists", () => [version]);
    // The first version of every episode is proven.
    requireThat(version < NO_PROOF_BIT, "VerifierRegistry", "ProofsMismatch", () => [FIRST_VERSION, version]);
    requireThat(world.hasCode(content.verifier), "VerifierRegistry", "VerifierWithoutCode", () => [content.verifier]);
    requireThat(world.hasCode(content.tree), "VerifierRegistry", "TreeWithoutCode", () => [content.tree]);
    checkReader(world, version, content);
    checkAggregator(world, version, content);
    const { genesisLeafCount } = content;
    const hasLeaves = genesisLeafCount >= FIXED_LEAVES;
    requireThat(hasLeaves, "VerifierRegistry", "GenesisWithoutOutputsLeaf", () => [genesisLeafCount]);
    requireCanonical("VerifierRegistry", content.genesisStateRoot);
    world.versions.set(content, version);
  },

  scheduleRetirement(frame: Frame, version: bigint): void {
    const { world, transaction } = frame;
    requireGovernance(frame);
    knownVersion(frame, version);
    const scheduled = world.retiresAt.get(version);
    requireThat(scheduled === undefined, "VerifierRegistry", "RetirementAlreadyScheduled", () => [version, scheduled]);
    world.retiresAt.set(transaction.now + world.retirementNotice, version);
  },

  ...freezes,
};

/** A root of the registry, for contracts that look one up. */
export function rootAt(world: World, index: bigint): Hex {
  const latest = world.roots.value.length - 1;
  requireThat(index <= latest, "TransactionRootRegistry", "RootIndexUnknown", () => [latest, index]);
  return world.roots.value[Number(index)]!;
}

/** Only the contract of the chain itself. */
export function requireChain({ world, sender }: Frame, raisedBy: ContractKind, chainId: bigint): void {
  const chain = world.chains.get(chainId)?.address ?? ZERO_ADDRESS;
  requireThat(sender === chain, raisedBy, "NotTheChain", () => [chainId, chain, sender]);
}

export function appendLeaf(world: World, batch: RegisteredBatch): void {
  const leaves = [...world.rootLeaves.value, transactionTreeLeaf(batch)];
  world.rootLeaves.value = leaves;
  world.rootContents.value = [...world.rootContents.value, batch];
  world.roots.value = [...world.roots.value, transactionTreeRoot(leaves)];
}

/** Mark that a chain's contract derives at the time of its last leaf. */
export function markOf(chain: Chain): RegisteredBatch {
  const record = recordOfMark(
    {
      protocolVersion: chain.executedVersion.value,
      stateRoot: chain.executedStateRoot.value,
      lastBlock: chain.lastExecutedBlock.value,
      exited: chain.exited.value,
    },
    chain.recordedAt.value,
  );
  return { chainId: chain.id, batchNumber: chain.executed.value, logRoot: wordToHex(0n), record };
}

export const transactionRootRegistry = {
  append(frame: Frame, chainId: bigint, batchNumber: bigint, logRoot: Hex, record: BatchRecord): void {
    const { world } = frame;
    requireChain(frame, "TransactionRootRegistry", chainId);
    appendLeaf(world, { chainId, batchNumber, logRoot, record });
  },

  mark(frame: Frame, chainId: bigint): void {
    const chain = frame.world.chains.get(chainId);
    requireThat(chain !== undefined, "TransactionRootRegistry", "UnknownChain", () => [chainId]);
    frame.call({ to: chain.address, fn: "markRecord", args: [], value: 0n });
    appendLeaf(frame.world, markOf(chain));
  },

  isIncluded(
    { world }: Frame,
    rootIndex: bigint,
    leafIndex: bigint,
    chainId: bigint,
    batchNumber: bigint,
    logRoot: Hex,
    record: BatchRecord,
    siblings: readonly Hex[],
  ): boolean {
    const depth = TRANSACTION_TREE_DEPTH;
    requireThat(siblings.length === depth, "TransactionRootRegistry", "SiblingCount", () => [depth, siblings.length]);
    const limit = 1n << BigInt(depth);
    requireThat(leafIndex < limit, "TransactionRootRegistry", "LeafIndexTooLarge", () => [limit, leafIndex]);
    let node = transactionTreeLeaf({ chainId, batchNumber, logRoot, record });
    siblings.forEach((sibling, level) => {
      const isLeft = (leafIndex >> BigInt(level)) % 2n === 0n;
      node = isLeft ? keccak(fromHex(node), fromHex(sibling)) : keccak(fromHex(sibling), fromHex(node));
    });
    return node === rootAt(world, rootIndex);
  },
};

export const bytecodeRegistry = {
  record(frame: Frame, chainId: bigint, published: readonly Hex[], required: readonly Hex[]): void {
    const { publishedCode } = frame.world;
    requireChain(frame, "BytecodeRegistry", chainId);
    for (const hash of published) publishedCode.set(true, hash);
    for (const hash of required) {
      requireThat(publishedCode.get(hash) === true, "BytecodeRegistry", "BytecodeNotPublished", () => [hash]);
    }
  },
};

/** Whether the verifier of the batch's version accepts. */
export function verify(world: World, verifier: Hex, batch: StoredBatch, proof: Hex): boolean {
  if (world.kinds.get(verifier) === "NoProofVerifier") {
    const marker = toHex(noProofMarker(batch.commitment));
    requireThat(proof === marker, "NoProofVerifier", "NotTheMarker", () => [batch.commitment]);
    return true;
  }
  if (world.refusingVerifiers.get(verifier) === true) return false;
  const expected = hashOfStatement(batch);
  requireThat(proof === expected, "VerifierDouble", "WrongProof", () => [expected]);
  return true;
}

/** Proof that the verifier's double accepts. */
export function hashOfStatement(batch: StoredBatch): Hex {
  const { commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash } = batch;
  const onTheRight = (bytes: Hex): Hex => `0x${bytes.slice(2).padEnd(64, "0")}`;
  const words = [commitment, oldStateRoot, newStateRoot, diffDigest, onTheRight(point), onTheRight(evaluation), outputsHash];
  return keccak(...words.map((word) => fromHex(word)));
}
