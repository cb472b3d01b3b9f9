/** Stages of a batch on L1, in order. */
export const SETTLEMENT_STAGES = ["commit", "prove", "execute"] as const;
export type SettlementStage = (typeof SETTLEMENT_STAGES)[number];
