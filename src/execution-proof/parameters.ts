import type { TreeHash } from "../kernels/backend.ts";
import type { ProofParameters } from "../stark/parameters.ts";

/**
 * Parameters of proofs that validators check: at least 100 proven bits in unique decoding, with every table of 2^20 rows. Trees
 * of TurboSHAKE128, unless the proof is to be proven itself. In unique decoding tables of any height need the same queries, so
 * grinding has the same bits for all.
 */
export function executionParameters(hash: TreeHash = { kind: "turboshake", digestBytes: 26 }): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 2,
    queryCount: 124,
    grindingBits: 16,
    grindingBaseLogRows: 24,
    logArity: 3,
    logFinalMax: 7,
    opening: { kind: "stacked", logStackMin: 16, logStackMax: 22 },
    hash,
    maxConstraintDegree: 3,
    minLogRows: 6,
    maxLogRows: 20,
  };
}
