import type { ProofParameters } from "../systems/parameters.ts";
import type { Shape } from "../systems/shape.ts";
import { layerFolds } from "../systems/stack-shape.ts";

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

/** Levels of the caps of all trees, in proof order: 0 for a tree whose paths end at its root. */
export function capLevels({ queryCount, paths, ...parameters }: ProofParameters, shape: Shape): number[] {
  return treeDepths(parameters, shape).map((depth) => (paths === "capped" ? capLevel(queryCount, depth) : 0));
}

/** log2 of the leaves of all trees of a proof that opens each query alone, in proof order. */
function treeDepths(parameters: Parameters<typeof layerFolds>[0], { trees, logDomain, stack }: Shape): number[] {
  let depth = logDomain;
  const layers = stack === undefined ? [] : layerFolds(parameters, stack).map((folds) => (depth -= folds));
  return [...trees.map(({ logLeaves }) => logLeaves), ...layers];
}
