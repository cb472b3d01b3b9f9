import type { LeafEncoding, TreeHash } from "../backend.ts";
import { hashLeaf, hashNode } from "../tree-hash.ts";

/** The rows of one height class: `rowOf` returns all elements of leaf `index`, row by row within each block. */
interface TreeLevelInput {
  readonly logLeaves: number;
  /** Width of a row, which the encoding "extension31" groups by. */
  readonly rowWidth: number;
  rowOf(index: number): readonly number[];
}

/**
 * All layers of the tree, leaf layer first. `classes` are ordered from tallest to shortest; a shorter class enters at the
 * layer with as many nodes as it has leaves: node := H(node ‖ H(its row)).
 */
export function buildTree(classes: readonly TreeLevelInput[], hash: TreeHash, encoding: LeafEncoding): Uint8Array[][] {
  const layers: Uint8Array[][] = [];
  const depth = classes[0]?.logLeaves ?? 0;
  for (let logNodes = depth; logNodes >= 0; logNodes--) {
    const below = layers.at(-1);
    const entering = classes.find((input) => input.logLeaves === logNodes);
    layers.push(
      Array.from({ length: 2 ** logNodes }, (_, index) => {
        const left = below?.[2 * index];
        const right = below?.[2 * index + 1];
        const rows = entering && hashLeaf(hash, encoding, entering.rowOf(index), entering.rowWidth);
        if (left === undefined || right === undefined) {
          if (rows === undefined) throw new Error("the leaf layer of a tree has no rows");
          return rows;
        }
        const node = hashNode(hash, left, right);
        return rows === undefined ? node : hashNode(hash, node, rows);
      }),
    );
  }
  return layers;
}
