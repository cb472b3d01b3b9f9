import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";

/** Rolling hash of no priority operations: keccak of nothing, as in ZK Stack. */
export const EMPTY_PRIORITY_OPS_HASH: Hex = keccak();

/** The batch's priority operations in queue order: h ← keccak(h ‖ canonicalTxHash), as in ZK Stack's priority tree. */
export function priorityOpsRollingHash(canonicalTxHashes: readonly Hex[]): Hex {
  return canonicalTxHashes.reduce<Hex>((hash, tx) => keccak(fromHex(hash), fromHex(tx, 32)), EMPTY_PRIORITY_OPS_HASH);
}

export const IMPORTED_ROOTS_TAG = hashTag("hyperchain.imported-roots.v1");

/** A transaction root of another chain, taken from the registry on L1. */
export interface ImportedRoot {
  /** Place in the registry's history. */
  readonly registryIndex: bigint;
  readonly root: Hex;
}

/** The batch's imports in order: h ← keccak(h ‖ registryIndex ‖ root), from the tag on. */
export function importedRootsRollingHash(roots: readonly ImportedRoot[]): Hex {
  return roots.reduce<Hex>(rollImport, IMPORTED_ROOTS_TAG);
}

/** Rolling hash of imports after one more. */
export function rollImport(hash: Hex, { registryIndex, root }: ImportedRoot): Hex {
  return keccak(fromHex(hash), fromHex(wordToHex(registryIndex), 32), fromHex(root, 32));
}
