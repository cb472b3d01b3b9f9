/**
 * One step of recomputing a Merkle root from several leaves of a binary tree. The machine that runs the steps holds one
 * current node and a stack of nodes that wait for their right neighbour.
 */
type MultiproofStep =
  /** The current node becomes the leaf at this position in the list of opened leaves. */
  | { readonly kind: "leaf"; readonly position: number }
  /**
   * Joins the current node, at `layer` (0 is the leaf layer), with the proof's next sibling digest, which is
   * the node `siblingIndex` of that layer. A sibling with an odd index is on the right. The parent becomes
   * the current node.
   */
  | { readonly kind: "sibling"; readonly layer: number; readonly siblingIndex: number }
  /** The top of the stack is the left neighbour of the current node at `layer`: pop it; the parent becomes current. */
  | { readonly kind: "merge"; readonly layer: number }
  /** The current node waits on the stack for its right neighbour. */
  | { readonly kind: "wait" };

/**
 * The steps from leaves to root, depth first and left to right; the order of its "sibling" steps is the order of the
 * sibling digests in every opening. A node where two opened paths meet is computed once, and no computed digest is sent.
 * `leafIndices` are ascending, distinct and below 2^depth; throws RangeError otherwise or when there are none.
 */
export function multiproofSteps(leafIndices: readonly number[], depth: number): MultiproofStep[] {
  assertLeafIndices(leafIndices, 2 ** depth);
  const steps: MultiproofStep[] = [];
  const meetingLayers: number[] = []; // of the waiting nodes: the layer at which each meets its right neighbour
  leafIndices.forEach((leaf, position) => {
    const next = leafIndices[position + 1];
    // The highest bit in which two indices differ is the layer of their ancestors that are neighbours.
    const until = next === undefined ? depth : 31 - Math.clz32(leaf ^ next);
    let layer = 0;
    let index = leaf;
    const climb = (target: number): void => {
      for (; layer < target; layer++, index >>>= 1) steps.push({ kind: "sibling", layer, siblingIndex: index ^ 1 });
    };
    steps.push({ kind: "leaf", position });
    for (let meeting = meetingLayers.at(-1); meeting !== undefined && meeting < until; meeting = meetingLayers.at(-1)) {
      meetingLayers.pop();
      climb(meeting);
      steps.push({ kind: "merge", layer });
      layer++;
      index >>>= 1;
    }
    climb(until);
    if (next !== undefined) {
      steps.push({ kind: "wait" });
      meetingLayers.push(until);
    }
  });
  return steps;
}

/** Throws RangeError unless the indices are ascending, distinct, below `leafCount` and at least one. */
export function assertLeafIndices(leafIndices: readonly number[], leafCount: number): void {
  if (leafIndices.length === 0) throw new RangeError("an opening needs at least one leaf");
  leafIndices.forEach((leaf, position) => {
    const previous = leafIndices[position - 1] ?? -1;
    if (!Number.isInteger(leaf) || leaf <= previous || leaf >= leafCount) {
      throw new RangeError(`leaf ${leaf} after ${previous} is out of order or beyond the ${leafCount} leaves of the tree`);
    }
  });
}

/**
 * "shared" if leaves that are opened together share the digests of their paths; "own" if each has a separate
 * path.
 */
export type OpeningPaths = "shared" | "own";

/** The siblings of an opening in its order: of shared paths as `multiproofSteps` has them, else leaf by leaf. Throws as that. */
export function openingSiblings(
  leafIndices: readonly number[],
  depth: number,
  paths: OpeningPaths,
): { readonly layer: number; readonly siblingIndex: number }[] {
  const groups = paths === "own" ? leafIndices.map((leaf) => [leaf]) : [leafIndices];
  return groups.flatMap((leaves) => multiproofSteps(leaves, depth).filter((step) => step.kind === "sibling"));
}
