/**
 * Gas of the package's verifier for a proof of execution, with the proof's calldata, besides what its double takes. Real proofs
 * took 3,306,445 to 3,523,311 (docs/recursion.md).
 */
export const VERIFIER_GAS = { min: 3_200_000, max: 3_700_000 } as const;
