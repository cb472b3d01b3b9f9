import { rootOfActPath } from "../../ground/protocol/held-accounts/act-tree.ts";
import { actLeaf, heldNotesHash } from "../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { noteOf, type BurnProof } from "./act.ts";
import { HeldAccountError } from "./held-account-error.ts";

/** Trees of acts in the contract `HeldAccounts`. */
export interface ListingReader {
  /** Positions of a tree whose acts the contract has applied; bit i is position i. */
  listedPositions(root: Hex): Promise<bigint>;
}

interface TreePosition {
  readonly root: Hex;
  readonly position: number;
}

export async function isListed(reader: ListingReader, { root, position }: TreePosition): Promise<boolean> {
  return isListedAt(await reader.listedPositions(root), position);
}

export function isListedAt(positions: bigint, position: number): boolean {
  return (positions / 2n ** BigInt(position)) % 2n === 1n;
}

/**
 * Proofs whose acts the contract has applied: a batch that L1 reverts takes its listings along. Reads in sequence, because a
 * collector answers few reads at the same time.
 */
export async function listedProofs(reader: ListingReader, proofs: readonly BurnProof[]): Promise<readonly BurnProof[]> {
  const trees = new Map<Hex, bigint>();
  for (const { root } of proofs) if (!trees.has(root)) trees.set(root, await reader.listedPositions(root));
  return proofs.filter(({ root, position }) => isListedAt(trees.get(root) ?? 0n, position));
}

/** Rejects with HeldAccountError NotListed unless the contract has applied the act. */
export async function requireListed(reader: ListingReader, tree: TreePosition): Promise<void> {
  if (await isListed(reader, tree)) return;
  const message = `the contract has not applied act ${tree.position} of tree ${tree.root}; try again later; if its owner acts again, the next proof is valid`;
  throw new HeldAccountError("NotListed", message);
}

/** Rejects with HeldAccountError InvalidProof if the note is not under the root, and NotListed unless its act is listed. */
export async function requireBurned(reader: ListingReader, proof: BurnProof): Promise<void> {
  const { sender, senderLeaf, notes, paymentsHash, root, position, path } = proof;
  noteOf(proof);
  const leaf = actLeaf(sender, { leaf: senderLeaf, notesHash: heldNotesHash(notes), paymentsHash });
  if (position >= 2 ** path.length || rootOfActPath(leaf, position, path) !== root) {
    throw new HeldAccountError("InvalidProof", "the proof's note is not under its root; request the proof from its sender again");
  }
  await requireListed(reader, proof);
}
