import { FIELD_MODULUS } from "../../../src/protocol/digest.ts";
import { fromHex, keccak, toHex } from "../../../src/protocol/hex.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { noProofMarker } from "../../../src/protocol/no-proof.ts";
import type { StoredBatch } from "../../../src/protocol/stored-batch.ts";
import { TRANSACTION_TREE_DEPTH, transactionTreeLeaf, transactionTreeRoot } from "../../../src/protocol/transaction-tree.ts";
import { ZERO_ADDRESS } from "./aliases.ts";
import type { Frame } from "./frame.ts";
import { requireThat } from "./refusal.ts";
import type { ContractKind, ProtocolVersion, World } from "./world.ts";

/** Sentinel and outputs leaf. */
const FIXED_LEAVES = 2n;

/** Whether each of the eight elements is below the field's modulus. */
export function isCanonicalDigest(digest: Hex): boolean {
  for (let i = 2; i < 66; i += 8) if (Number.parseInt(digest.slice(i, i + 8), 16) >= FIELD_MODULUS) return false;
  return true;
}

export function requireCanonical(raisedBy: ContractKind, digest: Hex): void {
  requireThat(isCanonicalDigest(digest), raisedBy, "DigestNotCanonical", () => [digest]);
}

/** The version, if chains may still use it. */
export function requireActive({ world, transaction }: Frame, version: bigint): ProtocolVersion {
  const content = world.versions.get(version);
  requireThat(content !== undefined, "VerifierRegistry", "UnknownProtocolVersion", () => [version]);
  const end = world.retiresAt.get(version);
  const isActive = end === undefined || transaction.now < end;
  requireThat(isActive, "VerifierRegistry", "ProtocolVersionRetired", () => [version, end]);
  return content;
}

function requireGovernance({ world, sender }: Frame): void {
  const { governance } = world.addresses;
  requireThat(sender === governance, "VerifierRegistry", "OnlyGovernance", () => [governance, sender]);
}

export const verifierRegistry = {
  addVersion(frame: Frame, version: bigint, content: ProtocolVersion): void {
    const { world } = frame;
    requireGovernance(frame);
    requireThat(world.versions.get(version) === undefined, "VerifierRegistry", "ProtocolVersionExists", () => [version]);
    requireThat(world.hasCode(content.verifier), "VerifierRegistry", "VerifierWithoutCode", () => [content.verifier]);
    const { genesisLeafCount } = content;
    const hasLeaves = genesisLeafCount >= FIXED_LEAVES;
    requireThat(hasLeaves, "VerifierRegistry", "GenesisWithoutOutputsLeaf", () => [genesisLeafCount]);
    requireCanonical("VerifierRegistry", content.genesisStateRoot);
    world.versions.set(content, version);
  },

  scheduleRetirement(frame: Frame, version: bigint): void {
    const { world, transaction } = frame;
    requireGovernance(frame);
    requireThat(world.versions.get(version) !== undefined, "VerifierRegistry", "UnknownProtocolVersion", () => [version]);
    const scheduled = world.retiresAt.get(version);
    requireThat(scheduled === undefined, "VerifierRegistry", "RetirementAlreadyScheduled", () => [version, scheduled]);
    world.retiresAt.set(transaction.now + world.retirementNotice, version);
  },
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
export const transactionRootRegistry = {
  append(frame: Frame, chainId: bigint, batchNumber: bigint, logRoot: Hex): void {
    const { world } = frame;
    requireChain(frame, "TransactionRootRegistry", chainId);
    const leaves = [...world.rootLeaves.value, transactionTreeLeaf({ chainId, batchNumber, logRoot })];
    world.rootLeaves.value = leaves;
    world.roots.value = [...world.roots.value, transactionTreeRoot(leaves)];
  },

  isIncluded(
    { world }: Frame,
    rootIndex: bigint,
    leafIndex: bigint,
    chainId: bigint,
    batchNumber: bigint,
    logRoot: Hex,
    siblings: readonly Hex[],
  ): boolean {
    const depth = TRANSACTION_TREE_DEPTH;
    requireThat(siblings.length === depth, "TransactionRootRegistry", "SiblingCount", () => [depth, siblings.length]);
    const limit = 1n << BigInt(depth);
    requireThat(leafIndex < limit, "TransactionRootRegistry", "LeafIndexTooLarge", () => [limit, leafIndex]);
    let node = transactionTreeLeaf({ chainId, batchNumber, logRoot });
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

/** What the verifier's double takes for a proof. */
export function hashOfStatement(batch: StoredBatch): Hex {
  const { commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash } = batch;
  const onTheRight = (bytes: Hex): Hex => `0x${bytes.slice(2).padEnd(64, "0")}`;
  const words = [commitment, oldStateRoot, newStateRoot, diffDigest, onTheRight(point), onTheRight(evaluation), outputsHash];
  return keccak(...words.map((word) => fromHex(word)));
}
