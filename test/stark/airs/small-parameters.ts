import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";

/** NOT SECURE: small parameters that keep tests fast. */
export function smallParameters(overrides: Partial<ProofParameters> = {}): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 2,
    queryCount: 6,
    grindingBits: 4,
    grindingBaseLogRows: 12,
    logArity: 3,
    logFinalMax: 2,
    opening: { kind: "rows" },
    hash: { kind: "keccak", digestBytes: 26 },
    transcript: "keccak",
    maxConstraintDegree: 3,
    minLogRows: 2,
    maxLogRows: 12,
    ...overrides,
  };
}
