import { leafParameters } from "../squares-leaf.ts";

/** NOT SECURE: proofs of few queries, by programs that check such proofs in turn. */
export const smallNodeParameters = leafParameters({
  ...{ paths: "capped", queryCount: 2, grindingBits: 3, maxLogRows: 18, logFinalMax: 5, logArity: 3 },
  opening: { kind: "stacked", logStackMin: 18, logStackMax: 18 },
});
