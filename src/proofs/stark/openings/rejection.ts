import { NamedError } from "../../../ground/errors/named-error.ts";
import type { Ext } from "../../field/extension.ts";

/** Why a proof was not accepted. Both verifiers use these codes; the contract's custom errors have the same names. */
export type Rejection =
  /** Wrong length, version, table heights or padding bits. `section` names the part of the format. */
  | { readonly code: "MalformedProof"; readonly section: string; readonly expected: number; readonly got: number }
  /** An element of this section is not below the field's modulus. */
  | { readonly code: "NonCanonicalElement"; readonly section: string }
  /** The statement's bytes are not a statement of this system. */
  | { readonly code: "BadStatement" }
  /** The tables' lookup sums must add up to zero; of a segment, those of its local buses. */
  | { readonly code: "LookupSumMismatch"; readonly expected: Ext; readonly got: Ext }
  /** A segment's flag of its position in the run (got) differs from the folds' (expected). */
  | { readonly code: "SegmentFlagMismatch"; readonly flag: "opens" | "closes"; readonly expected: number; readonly got: number }
  /** The out-of-domain point lies in the trace domain or, of columns opened by rows, the evaluation domain. */
  | { readonly code: "PointInDomain"; readonly got: Ext }
  /** Constraints at the out-of-domain point (expected) against vanishing polynomial times quotient (got). */
  | { readonly code: "ConstraintMismatch"; readonly expected: Ext; readonly got: Ext }
  /**
   * The claim of all opened values after the rounds (expected) differs from the final polynomial's share of
   * it (got).
   */
  | { readonly code: "ClaimMismatch"; readonly expected: Ext; readonly got: Ext }
  /** Leading zero bits asked and found. */
  | { readonly code: "GrindingTooWeak"; readonly expected: number; readonly got: number }
  /** The query positions could not be drawn with a bounded number of hashes. No honest prover meets this. */
  | { readonly code: "PositionsExhausted" }
  /** The opening of tree number `tree` (in proof order) does not lead to its root; digests in hex. */
  | { readonly code: "MerkleMismatch"; readonly tree: number; readonly expected: string; readonly got: string }
  /** A value of FRI layer `layer` differs from what the layer before it (the trees for layer 0) gives. */
  | {
      readonly code: "FoldMismatch";
      readonly layer: number;
      readonly position: number;
      readonly expected: Ext;
      readonly got: Ext;
    }
  /** The final polynomial's value differs from the last fold. */
  | { readonly code: "FinalPolynomialMismatch"; readonly position: number; readonly expected: Ext; readonly got: Ext };

export type RejectionCode = Rejection["code"];

export type VerifyResult = { readonly ok: true } | { readonly ok: false; readonly rejection: Rejection };

/** Carries a rejection out of the nested steps of a verification; `verify` turns it into its result. */
export class RejectedProof extends NamedError<RejectionCode> {
  override readonly name = "RejectedProof";
  readonly rejection: Rejection;

  constructor(rejection: Rejection) {
    super(rejection.code, rejection.code);
    this.rejection = rejection;
  }
}

/** Ends the running verification with a rejection. */
export function reject(rejection: Rejection): never {
  throw new RejectedProof(rejection);
}
