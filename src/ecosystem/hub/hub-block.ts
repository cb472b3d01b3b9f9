import { bytesWord, keccakOfWords, uintWord } from "../../ground/protocol/abi-words.ts";
import { hashTag, keccak, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { hashHubContents, type HubHeader } from "../../ground/protocol/hub-header.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { hashFact, ImportKind, importKindOf } from "../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import { hashStoredBatch, type StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { FactPath } from "./fact-tree.ts";

/** Maximum of batches in a block: their records and the longest proof fit one transaction on L1. */
export const MAX_BLOCK_BATCHES = 16;

const EVIDENCE_TAG = hashTag("hyperchain.hub-evidence.v1");
const NO_HASH = wordToHex(0n);

/** A batch of a member. */
export interface HubBatch {
  readonly chainId: ChainId;
  readonly stored: StoredBatch;
}

/** A batch of a member in a block. */
export interface HubEntry extends HubBatch {
  /** Program of the batch's proof, and the proof's keccak, which the aggregators have verified. */
  readonly program: string;
  readonly proofHash: Hex;
  /** Imports of the batch, in their order. */
  readonly imports: readonly ImportedRoot[];
  /** Positions in the hub of the facts among the imports, in their order, before this batch. */
  readonly paths: readonly FactPath[];
}

/** Block of a hub: at most 16 batches of members. */
export interface HubBlock {
  readonly header: HubHeader;
  readonly entries: readonly HubEntry[];
}

/** Block of a hub as its landing on L1 shows it: with the digest of the aggregators' evidence alone. */
export interface HubBlockOnL1 {
  readonly header: HubHeader;
  readonly entries: readonly HubBatch[];
  readonly evidence: Hex;
}

/** Header before a hub's first block. */
export function firstHubHeader(emptyState: Hex): HubHeader {
  return { number: 0n, parent: NO_HASH, state: emptyState, contents: NO_HASH };
}

/** Hash of a block's contents. It leaves siblings out: the state determines them. */
export function contentsOf(entries: readonly HubBatch[], evidence: Hex): Hex {
  const hashes = entries.map(({ chainId, stored }) => ({ chainId, hash: hashStoredBatch(stored) }));
  return hashHubContents(hashes, evidence);
}

/** Hashes of the facts among a batch's imports, in order. */
export function factsAmong(imports: readonly ImportedRoot[]): readonly Hex[] {
  return imports
    .filter(({ registryIndex }) => importKindOf(registryIndex) === ImportKind.fact)
    .map(({ registryIndex, root }) => hashFact(registryIndex, root));
}

/** Digest of the aggregators' evidence for the batches: programs, proofs, positions of facts. */
export function evidenceOf(entries: readonly HubEntry[]): Hex {
  const words = entries.flatMap(({ program, proofHash, paths }) => [
    bytesWord(keccak(new TextEncoder().encode(program))),
    bytesWord(proofHash),
    uintWord(BigInt(paths.length)),
    ...paths.map(({ position }) => uintWord(BigInt(position))),
  ]);
  return keccakOfWords([bytesWord(EVIDENCE_TAG), ...words]);
}
