import type { AggregatedFields } from "../../src/protocol/aggregate.ts";
import type { Digest } from "../../src/protocol/digest.ts";

/** Proof of a batch's published changes, with its statement; or of the execution of batches, with their records and A. */
export type VerifyRequest =
  | { readonly kind: "changes"; readonly statement: Uint8Array; readonly proof: Uint8Array }
  | {
      readonly kind: "execution";
      readonly batches: readonly AggregatedFields[];
      readonly digest: Digest;
      readonly proof: Uint8Array;
    };

/** Reason for a refusal, undefined if the proof holds; time of the verifier. */
export interface VerifyReply {
  readonly code: string | undefined;
  readonly milliseconds: number;
}
