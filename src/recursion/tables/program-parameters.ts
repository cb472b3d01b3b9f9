import type { ProofParameters } from "../../stark/parameters.ts";

/**
 * Parameters of proofs of programs that check a chunk's proof: at least 100 proven bits in unique decoding. Stack columns are as
 * long as some 14 million cells need, and never of another length, so that the key has one commitment.
 */
export function programParameters(): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 2,
    queryCount: 118,
    grindingBits: 20,
    grindingBaseLogRows: 24,
    logArity: 3,
    logFinalMax: 7,
    opening: { kind: "stacked", logStackMin: 20, logStackMax: 20 },
    hash: { kind: "poseidon" },
    transcript: "poseidon",
    maxConstraintDegree: 3,
    minLogRows: 6,
    maxLogRows: 20,
  };
}
