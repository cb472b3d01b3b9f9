import { CHECKED_PATHS, type ProofParameters } from "../stark/systems/parameters.ts";

/**
 * Parameters of a chunk's proof, which a program checks for L1: trees and transcript of Poseidon, and at least 100
 * proven bits in unique decoding, with every table of 2^20 rows. In unique decoding tables of any height need the same queries,
 * so grinding has the same bits for all. Extending and hashing columns grows with the blowup: it is the smallest possible, and
 * more queries make up for it. Each query is expensive in a program, so more grinding saves some.
 */
export function executionParameters(): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 1,
    queryCount: 194,
    grindingBits: 20,
    grindingBaseLogRows: 24,
    logArity: 3,
    logFinalMax: 7,
    opening: { kind: "stacked", logStackMin: 16, logStackMax: 22 },
    hash: { kind: "poseidon" },
    transcript: "poseidon",
    paths: CHECKED_PATHS,
    maxConstraintDegree: 3,
    minLogRows: 6,
    maxLogRows: 20,
  };
}
