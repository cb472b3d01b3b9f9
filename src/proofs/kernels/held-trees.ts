import type { Commitment } from "./backend.ts";

/** Trees of a backend, by the commitments to them that it gave out. */
export class HeldTrees<Tree> extends Map<Commitment, Tree> {
  /** Throws RangeError for a commitment that was released or belongs to another backend. */
  treeOf(commitment: Commitment): Tree {
    const tree = this.get(commitment);
    if (tree === undefined) throw new RangeError("this commitment was released or belongs to another backend");
    return tree;
  }
}
