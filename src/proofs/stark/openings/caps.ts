import type { TreeHash } from "../../kernels/backend.ts";
import { digestLength, hashNode } from "../../kernels/tree-hash.ts";
import { threadCompressor } from "../../kernels/wasm/compressor.ts";
import { friLayerCount, type ProofParameters } from "../systems/parameters.ts";
import type { Shape } from "../systems/shape.ts";
import { layerFolds } from "../systems/stack-shape.ts";
import { type PathEnds, requireDigests, requireRoot } from "./merkle.ts";
import type { ProofReader } from "./proof.ts";

/*
 * A cap is one layer of a Merkle tree. With caps a query's path ends at its node of this layer, and the layers above are hashed
 * once for all queries. The root stays the commitment: it binds level and index of every node, so a cap may follow the drawn
 * positions, as siblings do.
 */

/**
 * Layers below the root at which the cap of a tree of 2^depth leaves is: with level c, q queries hash q·c nodes less and the cap
 * 2^c − 1 more. Level with the largest gain, the smaller one of two.
 */
export function capLevel(queryCount: number, depth: number): number {
  let level = 0;
  // One level more saves a node for each query, and costs as many as the cap has now.
  while (level < depth && queryCount > 2 ** level) level++;
  return level;
}

/** Levels of the caps of all trees, in proof order: 0 for a tree whose paths end at its root, which has no cap. */
export function capLevels(parameters: ProofParameters, shape: Shape): number[] {
  const { queryCount, paths } = parameters;
  return treeDepths(parameters, shape).map((depth) => (paths === "capped" ? capLevel(queryCount, depth) : 0));
}

/** log2 of the leaves of all trees, in proof order. */
function treeDepths(parameters: ProofParameters, { trees, logDomain, stack, tallest }: Shape): number[] {
  const folds =
    stack === undefined
      ? new Array<number>(friLayerCount(parameters, tallest)).fill(parameters.logArity)
      : layerFolds(parameters, stack);
  let depth = logDomain;
  return [...trees.map(({ logLeaves }) => logLeaves), ...folds.map((logArity) => (depth -= logArity))];
}

/** Reads a tree's cap, no digest at level 0. Rejects missing bytes and digests that are not canonical. */
export function readCap(reader: ProofReader, hash: TreeHash, tree: number, level: number): Uint8Array[] {
  const section = `tree[${tree}].cap`;
  const nodes = reader.readMany(section, level === 0 ? 0 : 2 ** level, digestLength(hash));
  requireDigests(section, hash, nodes);
  return nodes;
}

/** Reads the caps of all trees, whose roots are in proof order, and rejects one that is not hashed to its root. Ends of paths. */
export function readPathEnds(
  parameters: ProofParameters,
  shape: Shape,
  roots: readonly Uint8Array[],
  reader: ProofReader,
): PathEnds[] {
  const { hash } = parameters;
  const levels = capLevels(parameters, shape);
  return roots.map((root, tree) => {
    const cap = readCap(reader, hash, tree, levels[tree] ?? 0);
    if (cap.length === 0) return [root];
    requireRoot(tree, root, hashToRoot(hash, cap));
    return cap;
  });
}

/** The root of a tree with these nodes in one layer. */
function hashToRoot(hash: TreeHash, nodes: readonly Uint8Array[]): Uint8Array {
  const { compress } = threadCompressor();
  let layer = nodes;
  while (layer.length > 1) {
    const below = layer;
    layer = below.flatMap((node, i) => {
      const right = below[i + 1];
      return i % 2 === 0 && right !== undefined ? [hashNode(hash, node, right, compress)] : [];
    });
  }
  const [root] = layer;
  if (root === undefined) throw new Error("a cap has nodes");
  return root;
}
