import { isProvenOnL1 } from "../protocol/protocol-version.ts";
import type { ProofParameters } from "../stark/systems/parameters.ts";

/** The stack of a chunk's columns, whether a validator or a program checks the proof. */
const STACK = { kind: "stacked", logStackMin: 16, logStackMax: 22 } as const;

/**
 * Parameters of proofs that validators check: at least 100 proven bits in unique decoding, with every table of 2^20 rows. Trees
 * of TurboSHAKE128. In unique decoding tables of any height need the same queries, so grinding has the same bits for all.
 * Extending and hashing columns is what grows with the blowup: it is the least that there is, and more queries make up for it.
 * What is fixed a validator has: it evaluates it, and proofs say nothing of it.
 */
export function executionParameters(): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 1,
    queryCount: 203,
    grindingBits: 16,
    grindingBaseLogRows: 24,
    logArity: 3,
    logFinalMax: 7,
    opening: STACK,
    fixedColumns: "evaluated",
    hash: { kind: "turboshake", digestBytes: 26 },
    transcript: "keccak",
    maxConstraintDegree: 3,
    minLogRows: 6,
    maxLogRows: 20,
  };
}

/**
 * The same of proofs that a program checks, which hashes by Poseidon: trees and transcript. What a query costs there is dear, so
 * more grinding saves some.
 */
export function provableParameters(): ProofParameters {
  return {
    ...executionParameters(),
    ...{ queryCount: 193, grindingBits: 20 },
    ...{ hash: { kind: "poseidon" }, transcript: "poseidon", fixedColumns: "committed" },
  };
}

/** Parameters of a version's proofs: what L1 is to be shown has to be checked by programs. */
export function parametersOf(protocolVersion: bigint): ProofParameters {
  return isProvenOnL1(protocolVersion) ? provableParameters() : executionParameters();
}
