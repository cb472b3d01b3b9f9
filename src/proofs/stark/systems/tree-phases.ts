/** The commitments of a proof, in the order in which columns are opened and trees stand in the proof. */
export const TREE_PHASES = ["preprocessed", "main", "lookup", "quotient"] as const;

export type TreePhase = (typeof TREE_PHASES)[number];
