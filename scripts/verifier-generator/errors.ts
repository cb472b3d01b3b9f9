import { keccak_256 } from "@noble/hashes/sha3.js";

/** Custom errors of the generated verifier: the names are the engine's rejection codes. */
export const ERROR_SIGNATURES = {
  malformedProof: "MalformedProof()",
  nonCanonicalElement: "NonCanonicalElement()",
  badStatement: "BadStatement()",
  lookupSumMismatch: "LookupSumMismatch()",
  pointInDomain: "PointInDomain()",
  constraintMismatch: "ConstraintMismatch()",
  claimMismatch: "ClaimMismatch()",
  grindingTooWeak: "GrindingTooWeak()",
  positionsExhausted: "PositionsExhausted()",
  merkleMismatch: "MerkleMismatch(uint256)",
  foldMismatch: "FoldMismatch(uint256)",
  finalPolynomialMismatch: "FinalPolynomialMismatch()",
} as const;

export type ErrorName = keyof typeof ERROR_SIGNATURES;

/** First four bytes of keccak256 of the signature, as a Yul literal. */
export function errorSelector(name: ErrorName): string {
  const digest = keccak_256(new TextEncoder().encode(ERROR_SIGNATURES[name]));
  return `0x${[...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** A Yul statement that reverts with the error. */
export function fail(name: ErrorName, argument?: string): string {
  return argument === undefined ? `fail(${errorSelector(name)})` : `failAt(${errorSelector(name)}, ${argument})`;
}

export const ERROR_FUNCTIONS = `
function fail(selector) {
  mstore(0, shl(224, selector))
  revert(0, 4)
}
// an error with one number: which tree, which layer
function failAt(selector, which) {
  mstore(0, shl(224, selector))
  mstore(4, which)
  revert(0, 36)
}`;
