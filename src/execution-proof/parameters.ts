import type { TreeHash } from "../kernels/backend.ts";
import type { ProofParameters } from "../stark/parameters.ts";

/**
 * Parameters of proofs that validators check: at least 100 proven bits with every table of 2^20 rows. Trees of TurboSHAKE128,
 * unless the proof is to be proven itself. A bit of grinding doubles its hashes, a query more is a hundredth of the proof:
 * grinding has the bits that tables of each height need, and small proofs wait for few hashes.
 */
export function executionParameters(hash: TreeHash = { kind: "turboshake", digestBytes: 26 }): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 2,
    queryCount: 89,
    grindingBits: 16,
    grindingBaseLogRows: 16,
    logArity: 3,
    logFinalMax: 7,
    opening: { kind: "rows" },
    hash,
    maxConstraintDegree: 3,
    minLogRows: 6,
    maxLogRows: 20,
  };
}
