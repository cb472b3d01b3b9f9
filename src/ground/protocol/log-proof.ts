import { EMPTY_L2_LOG_LEAF, L2_LOG_TREE_DEPTH, MAX_L2_LOGS } from "./l2-log.ts";
import { fromHex, keccak, toHex, type Hex } from "./hex.ts";

/**
 * First word of a log proof in ZK Stack's format: version 1, number of siblings, 0 (the batch's root is on the same chain),
 * final flag 1, zeros.
 */
export const LOG_PROOF_METADATA: Hex = `0x01${L2_LOG_TREE_DEPTH.toString(16).padStart(2, "0")}0001${"00".repeat(28)}`;

/**
 * Proof that a leaf is in a batch's log tree: metadata, then the siblings, lowest first. Shape: 15 words. Throws RangeError
 * when there is no such leaf or the leaves exceed the tree.
 */
export function l2LogProof(leaves: readonly Hex[], index: number): Hex[] {
  if (!(index in leaves)) throw new RangeError(`no log ${index} among ${leaves.length}`);
  if (leaves.length > MAX_L2_LOGS) throw new RangeError(`${leaves.length} logs exceed the tree's ${MAX_L2_LOGS} places`);
  const proof: Hex[] = [LOG_PROOF_METADATA];
  let layer = leaves.map((leaf) => fromHex(leaf, 32));
  let empty = fromHex(EMPTY_L2_LOG_LEAF);
  let position = index;
  for (let level = 0; level < L2_LOG_TREE_DEPTH; level++) {
    proof.push(toHex(layer[position % 2 === 0 ? position + 1 : position - 1] ?? empty));
    const parents: Uint8Array[] = [];
    for (let i = 0; i < layer.length; i += 2) parents.push(fromHex(keccak(layer[i] ?? empty, layer[i + 1] ?? empty)));
    empty = fromHex(keccak(empty, empty));
    layer = parents;
    position = Math.floor(position / 2);
  }
  return proof;
}
