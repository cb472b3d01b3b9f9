/** Facts of the ecosystem as a whole in its ledger, besides the creation of its chains. */
export const FACTS = {
  kind: "ecosystem",
  plan: "plan",
  l1Genesis: "l1 genesis",
  /** Contracts on L1. */
  layer: "layer",
  moved: "moved seconds",
  started: "started",
  /** Returns of L1 to earlier states by command. */
  rewinds: "rewinds of l1",
  /** Which chains there are; absent until others than the first came or left. */
  members: "members",
} as const;
