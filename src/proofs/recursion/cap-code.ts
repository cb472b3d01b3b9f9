import { POSEIDON_NODE_TAG } from "../kernels/tree-hash.ts";
import type { Assembler } from "./assembler.ts";
import type { Octet } from "./relation.ts";

/** A tree of a proof: a query's path ends at its root, or at an entry of its cap. */
export interface CappedTree {
  readonly root: Octet;
  readonly cap: CapCells | undefined;
}

/** A cap: all nodes of a layer, as entries of a tree with this number. */
interface CapCells {
  readonly tree: number;
  /** Layers below the root. */
  readonly level: number;
}

/**
 * Offers the caps of trees, in proof order, and hashes each cap to its root. All nodes are hints. A tree whose level is 0 has
 * no cap.
 */
export function writeCaps(assembler: Assembler, roots: readonly Octet[], levels: readonly number[]): CappedTree[] {
  return roots.map((root, index) => {
    const level = levels[index] ?? 0;
    if (level === 0) return { root, cap: undefined };
    assembler.section(`cap of tree ${index}`, "MerkleMismatch");
    const tree = assembler.newTree();
    hashToRoot(
      assembler,
      Array.from({ length: 2 ** level }, (_, node) => assembler.offer(tree, node)),
      root,
    );
    return { root, cap: { tree, level } };
  });
}

/** Hashes all nodes of a layer to a root. */
function hashToRoot(assembler: Assembler, nodes: readonly Octet[], root: Octet): void {
  let layer = nodes;
  while (layer.length > 1) {
    const below = layer;
    const end = below.length === 2 ? [root] : [];
    layer = Array.from({ length: below.length / 2 }, (_, i) => {
      const [left, right] = below.slice(2 * i);
      if (left === undefined || right === undefined) throw new Error("a layer has an even number of nodes");
      return assembler.compress(POSEIDON_NODE_TAG, left, right, ...end);
    });
  }
}
