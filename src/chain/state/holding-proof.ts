import { holdingAmount, holdingKey, type HoldingQuery } from "../../ground/protocol/holding.ts";
import { isLeafOf, leafPath, type LeafPath } from "./leaf-path.ts";
import type { StateTree } from "./state-tree.ts";

/** A holding under a tree's root, in the form that the settlement layer's state exit takes. */
export interface HoldingProof {
  /** Claimable amount, in the token's smallest unit. */
  readonly amount: bigint;
  /** The argument of `claimHolding`. */
  readonly proof: { readonly value: bigint; readonly path: LeafPath };
}

/**
 * The proof of a holding from the tree of the chain's last executed batch; undefined if the tree has no leaf for it.
 * Throws HexError, StateKeyError or SyntaxError for malformed addresses.
 */
export function proveHolding(tree: Pick<StateTree, "prove">, query: HoldingQuery): HoldingProof | undefined {
  const key = holdingKey(query);
  const leaf = tree.prove(key);
  if (!isLeafOf(key, leaf)) return undefined;
  return { amount: holdingAmount(key.leafKind, leaf.value), proof: { value: leaf.value, path: leafPath(leaf) } };
}
