import type { Hex } from "../protocol/hex.ts";
import type { Certificate } from "./certificates.ts";
import type { SignedVote } from "./votes.ts";

export type SignedCertificate = Certificate<SignedVote>;

/** Messages between nodes. */
export type GroupMessage =
  | {
      readonly type: "proposal";
      readonly bytes: Uint8Array;
      readonly vote: SignedVote;
      readonly certificates: readonly SignedCertificate[];
    }
  | { readonly type: "votes"; readonly votes: readonly SignedVote[] }
  | { readonly type: "certificates"; readonly certificates: readonly SignedCertificate[] }
  /** Requests the bytes of a decision, and all final decisions above a view. */
  | { readonly type: "request"; readonly id: Hex; readonly above: number }
  | { readonly type: "answer"; readonly bytes: Uint8Array }
  /** Final decisions that follow each other, with the certificate of the last. */
  | { readonly type: "page"; readonly proposals: readonly Uint8Array[]; readonly certificate: SignedCertificate };
