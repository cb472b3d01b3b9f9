import { fromHex, keccak } from "./hex.ts";

/** A binary keccak tree in which every leaf is the empty one. */
interface EmptyTree {
  /** A node of each level below the root, leaves first. */
  readonly levels: readonly Uint8Array[];
  readonly root: Uint8Array;
}

export function emptyTree(leaf: Uint8Array, depth: number): EmptyTree {
  const levels: Uint8Array[] = [];
  let root = leaf;
  while (levels.length < depth) {
    levels.push(root);
    root = fromHex(keccak(root, root));
  }
  return { levels, root };
}
