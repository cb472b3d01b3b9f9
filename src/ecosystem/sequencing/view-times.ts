/** Time of a leader for its proposal, and of a view, before they grow with nullified views. */
export const VIEW_TIMES = { proposalMs: 1_000, viewMs: 2_500 } as const;
