import { fromHex, keccak } from "../../../../src/protocol/hex.ts";
import type { Hex } from "../../../../src/protocol/hex.ts";
import { EMPTY_L2_LOG_LEAF, L2_LOG_TREE_DEPTH } from "../../../../src/protocol/l2-log.ts";

/** Siblings of a leaf of a batch's log tree, lowest first. Shape: 14 words. */
export function l2LogTreeProof(leaves: readonly Hex[], index: number): Hex[] {
  const siblings: Hex[] = [];
  let layer = [...leaves];
  let empty = EMPTY_L2_LOG_LEAF;
  for (let level = 0; level < L2_LOG_TREE_DEPTH; level++) {
    siblings.push(layer[(index >> level) ^ 1] ?? empty);
    const parents: Hex[] = [];
    for (let i = 0; i < layer.length; i += 2) {
      parents.push(keccak(fromHex(layer[i] ?? empty), fromHex(layer[i + 1] ?? empty)));
    }
    empty = keccak(fromHex(empty), fromHex(empty));
    layer = parents;
  }
  return siblings;
}
