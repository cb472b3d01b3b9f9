/** The commitments of a proof, in the order of opened columns and of the proof's trees. */
export const TREE_PHASES = ["preprocessed", "main", "lookup", "quotient"] as const;

export type TreePhase = (typeof TREE_PHASES)[number];
