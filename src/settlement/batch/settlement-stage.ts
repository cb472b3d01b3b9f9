/** The three calls that every batch needs, in order. */
export type SettlementStage = "commit" | "prove" | "execute";
