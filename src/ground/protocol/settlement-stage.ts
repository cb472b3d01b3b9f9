/** Stages of a batch on L1, in order. Only chains whose terms require the second check have that stage. */
export const SETTLEMENT_STAGES = ["commit", "prove", "secondCheck", "execute"] as const;
/** Step of a batch on L1. */
export type SettlementStage = (typeof SETTLEMENT_STAGES)[number];
