import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { smallParameters } from "../airs/small-parameters.ts";

/** NOT SECURE: small parameters of systems whose runs are cut. */
export function toyParameters(): ProofParameters {
  return smallParameters({
    minLogRows: 4,
    maxLogRows: 8,
    logArity: 1,
    logFinalMax: 1,
    opening: { kind: "stacked", logStackMin: 8, logStackMax: 12 },
  });
}
