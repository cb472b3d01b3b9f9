import { digestToHex } from "../../protocol/digest.ts";
import type { Hex } from "../../protocol/hex.ts";
import { holdingAmount, holdingKey } from "../../protocol/holding.ts";
import type { HoldingQuery } from "../../protocol/holding.ts";
import { deriveKeys } from "./state-key.ts";
import { referenceCompressor } from "./batch-compressor.ts";
import { compareDigests } from "./digest-array.ts";
import type { StateTree } from "./state-tree.ts";

/** A holding under a tree's root, in the form that the settlement layer's state exit takes. */
export interface HoldingProof {
  /** What can be claimed, in the token's smallest unit. */
  readonly amount: bigint;
  /** The argument of `claimHolding`. */
  readonly proof: {
    readonly value: bigint;
    readonly path: {
      readonly nextKey: Hex;
      readonly index: number;
      readonly leafCount: number;
      /** 32 digests, the leaf's sibling first. */
      readonly siblings: readonly Hex[];
    };
  };
}

/**
 * The proof of a holding from the tree of the chain's last executed batch; undefined where the tree has no leaf for it.
 * Throws WordError or HexError for addresses that are none.
 */
export function proveHolding(tree: Pick<StateTree, "prove">, query: HoldingQuery): HoldingProof | undefined {
  const key = holdingKey(query);
  const leaf = tree.prove(key);
  // A tree answers for an absent key with the leaf before it.
  if (compareDigests(deriveKeys([key], referenceCompressor), 0, Uint32Array.from(leaf.key), 0) !== 0) return undefined;
  return {
    amount: holdingAmount(key.leafKind, leaf.value),
    proof: {
      value: leaf.value,
      path: {
        nextKey: digestToHex(leaf.nextKey),
        index: leaf.index,
        leafCount: leaf.leafCount,
        siblings: leaf.siblings.map(digestToHex),
      },
    },
  };
}
