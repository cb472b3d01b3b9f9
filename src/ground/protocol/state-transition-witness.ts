import type { InsertionEntry, UpdateEntry } from "./diff-list.ts";
import type { Digest } from "./digest.ts";
import type { LeafKind } from "./domain-tags.ts";

export type { Digest } from "./digest.ts";

/** Witness of one update: the earlier leaf, and its siblings from level 0 up to the working subtree's root. */
export interface UpdateWitness {
  readonly type: "update";
  readonly entry: UpdateEntry;
  readonly leafKind: LeafKind;
  readonly key: Digest;
  readonly nextKey: Digest;
  readonly oldValue: bigint;
  readonly siblings: readonly Digest[];
}

/** Everything behind one insertion: the low leaf whose interval it splits, and both paths in the order they are walked. */
export interface InsertionWitness {
  readonly type: "insertion";
  readonly entry: InsertionEntry;
  readonly key: Digest;
  readonly index: number;
  readonly low: {
    readonly index: number;
    readonly leafKind: LeafKind;
    readonly key: Digest;
    /** Successor before the insertion; 0⁸ means +∞. It becomes the new leaf's successor. */
    readonly nextKey: Digest;
    readonly value: bigint;
    /** Siblings before this insertion. */
    readonly siblings: readonly Digest[];
  };
  /** Siblings of the new leaf's place, after the low leaf's pointer has changed. */
  readonly siblings: readonly Digest[];
}

/**
 * The state transition of one batch, entry by entry, each against the tree that its predecessors left.
 * `depth` is the height of the working subtree: the smallest that holds the final leaf count (at least 1).
 */
export interface StateTransitionWitness {
  readonly depth: number;
  readonly oldLeafCount: number;
  readonly newLeafCount: number;
  /** Siblings of the working subtree on the way to the root, levels depth … 31. */
  readonly topSiblings: readonly Digest[];
  /** Root of the working subtree before and after. */
  readonly oldSubtreeRoot: Digest;
  readonly newSubtreeRoot: Digest;
  /** The diff list's entries in order; the outputs entry is last. */
  readonly operations: readonly (UpdateWitness | InsertionWitness)[];
}
