import { deliveryFlagKey } from "../../ground/protocol/delivery-flag.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { isLeafOf, leafPath, lowLeaf, type LeafPath, type LowLeaf } from "./leaf-path.ts";
import type { StateTree } from "./state-tree.ts";

/** That a chain has not taken an asset message, in the form that the settlement layer's state exit takes. */
export interface UndeliveredProof {
  /** The leaf before the gap in which the delivery's flag would be. */
  readonly low: LowLeaf;
  readonly path: LeafPath;
}

/**
 * The proof that a message of another chain was not delivered, from the tree of the destination's last executed batch;
 * undefined where it was. `messageHash` is the keccak of the message's body. Throws HexError for another length.
 */
export function proveUndelivered(
  tree: Pick<StateTree, "prove">,
  sourceChainId: ChainId,
  messageHash: MessageHash,
): UndeliveredProof | undefined {
  const key = deliveryFlagKey(sourceChainId, messageHash);
  const leaf = tree.prove(key);
  if (isLeafOf(key, leaf)) return undefined;
  return { low: lowLeaf(leaf), path: leafPath(leaf) };
}
