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

/**
 * Parameters of the proof that L1's program checks: fewer queries than unique decoding needs, so that the program is small. Its
 * bits are claimed in Johnson's regime (docs/security.md).
 */
export function compressParameters(): ProofParameters {
  return { ...programParameters(), ...{ logBlowup: 4, queryCount: 41, maxLogRows: 16 } };
}

/** Parameters of the proof that L1 checks, in Johnson's regime too. Few heights cost the contract less. */
export function wrapParameters(): ProofParameters {
  return {
    ...{ extensionDegree: 5, logBlowup: 7, queryCount: 24, grindingBits: 22, grindingBaseLogRows: 24 },
    ...{ logArity: 3, logFinalMax: 8, opening: { kind: "stacked", logStackMin: 18, logStackMax: 18 } },
    ...{
      hash: { kind: "keccak", digestBytes: 26 },
      transcript: "keccak",
      maxConstraintDegree: 5,
      minLogRows: 10,
      maxLogRows: 16,
    },
  };
}
