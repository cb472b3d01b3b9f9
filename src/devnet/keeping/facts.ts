/** What a world's ledger says of the ecosystem as a whole, beside the births of its chains. */
export const FACTS = {
  kind: "ecosystem",
  plan: "plan",
  l1Genesis: "l1 genesis",
  deployed: "deployed",
  moved: "moved seconds",
  started: "started",
} as const;
