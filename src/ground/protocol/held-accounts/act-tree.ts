import { fromHex, keccak, toHex, type Hex } from "../hex.ts";

/** Maximum number of acts in a tree. */
const MAX_TREE_ACTS = 256;
const NODE = 1;
const EMPTY = toHex(new Uint8Array(32));

/** Root of the binary tree of acts; zero words pad the leaves to a power of two. Throws RangeError unless there are 1 to 256. */
export function actTreeRoot(leaves: readonly Hex[]): Hex {
  return layersOf(leaves).at(-1)?.[0] ?? EMPTY;
}

/** Siblings of the leaf at an index, from the leaf up. Throws RangeError if the tree lacks the leaf, or has more than 256. */
export function actPath(leaves: readonly Hex[], position: number): Hex[] {
  if (!Number.isInteger(position) || position < 0 || position >= leaves.length) {
    throw new RangeError(`no act ${position} among ${leaves.length}`);
  }
  return layersOf(leaves)
    .slice(0, -1)
    .map((layer, level) => layer[Math.floor(position / 2 ** level) ^ 1] ?? EMPTY);
}

/** Root over a leaf and its path. A path of another length has another root, because nodes contain their level. */
export function rootOfActPath(leaf: Hex, position: number, path: readonly Hex[]): Hex {
  return path.reduce((node, sibling, level) => {
    const isRight = Math.floor(position / 2 ** level) % 2 === 1;
    return isRight ? parentOf(level, sibling, node) : parentOf(level, node, sibling);
  }, leaf);
}

function layersOf(leaves: readonly Hex[]): readonly (readonly Hex[])[] {
  if (leaves.length === 0 || leaves.length > MAX_TREE_ACTS) {
    throw new RangeError(`a tree has 1 to ${MAX_TREE_ACTS} acts, not ${leaves.length}`);
  }
  const width = 2 ** Math.ceil(Math.log2(leaves.length));
  const layers: Hex[][] = [[...leaves, ...Array<Hex>(width - leaves.length).fill(EMPTY)]];
  for (let layer = layers.at(-1) ?? []; layer.length > 1; layer = layers.at(-1) ?? []) {
    const level = layers.length - 1;
    const parents = Array.from({ length: layer.length / 2 }, (_, i) =>
      parentOf(level, layer[2 * i] ?? EMPTY, layer[2 * i + 1] ?? EMPTY),
    );
    layers.push(parents);
  }
  return layers;
}

function parentOf(level: number, first: Hex, second: Hex): Hex {
  return keccak(Uint8Array.of(NODE, level), fromHex(first, 32), fromHex(second, 32));
}
