import { CHECKED_PATHS, type ProofParameters } from "../../stark/systems/parameters.ts";

/**
 * Parameters of proofs of programs over chunks: of those that check a chunk's proof and of those that join them, at least 100
 * proven bits in unique decoding. Most proofs of a batch are these, so they have the least blowup that there is. Stack columns
 * never have another length, so that the key has one commitment.
 */
export function programParameters(): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 1,
    queryCount: 194,
    grindingBits: 20,
    grindingBaseLogRows: 24,
    logArity: 3,
    logFinalMax: 7,
    opening: { kind: "stacked", logStackMin: 20, logStackMax: 20 },
    hash: { kind: "poseidon" },
    transcript: "poseidon",
    paths: CHECKED_PATHS,
    maxConstraintDegree: 3,
    minLogRows: 6,
    maxLogRows: 20,
  };
}

/** Parameters of proofs of batches and aggregates. The next program checks fewer queries, which makes its own proof smaller. */
export function batchParameters(): ProofParameters {
  return { ...programParameters(), logBlowup: 2, queryCount: 119 };
}

/**
 * Parameters of the proof that L1's program checks: fewer queries than unique decoding needs, so that the program is small. Its
 * bits are claimed in Johnson's regime (docs/security.md). Caps would save rows of wrap, but no height, and add two tables, which
 * cost gas.
 */
export function compressParameters(): ProofParameters {
  return {
    ...programParameters(),
    logBlowup: 4,
    queryCount: 41,
    maxLogRows: 16,
    paths: undefined,
  };
}

/**
 * Parameters of the same program's proof if L1 checks it itself: trees and transcript are the contract's. Digests of 208 bits,
 * so that they do not have the fewest bits.
 */
export function fastParameters(): ProofParameters {
  return {
    ...wrapParameters(),
    logBlowup: 4,
    queryCount: 41,
    grindingBits: 20,
    logFinalMax: 7,
    hash: { kind: "keccak", digestBytes: 26 },
    opening: { kind: "stacked", logStackMin: 20, logStackMax: 20, singleColumnLeaves: "paired" },
  };
}

/**
 * Parameters of the proof that L1 checks, in Johnson's regime too. Few queries at a large blowup, three layers and a short final
 * polynomial, stack columns as long as all cells need, digests of 208 bits: each is less calldata or gas. So are few heights.
 */
export function wrapParameters(): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 8,
    queryCount: 20,
    grindingBits: 23,
    grindingBaseLogRows: 24,
    logArity: 3,
    logFinalMax: 6,
    opening: { kind: "stacked", logStackMin: 19, logStackMax: 19, singleColumnLeaves: "paired" },
    hash: { kind: "keccak", digestBytes: 26 },
    transcript: "keccak",
    maxConstraintDegree: 4,
    minLogRows: 10,
    maxLogRows: 16,
  };
}
