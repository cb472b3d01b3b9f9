import type { ClaimedExecution } from "../../src/proofs/l1-proof/proof-verdict.ts";

/** Proof of a batch's published changes, with its statement; or of the execution of batches. */
export type VerifyRequest =
  | { readonly kind: "changes"; readonly statement: Uint8Array; readonly proof: Uint8Array }
  | ({ readonly kind: "execution"; readonly proof: Uint8Array } & ClaimedExecution);

/** Reason for a refusal, undefined if the proof holds; time of the verifier. */
export interface VerifyReply {
  readonly code: string | undefined;
  readonly milliseconds: number;
}
