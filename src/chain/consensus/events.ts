import type { Hex } from "../../ground/protocol/hex.ts";
import type { Certificate } from "./certificates.ts";
import type { Header } from "./proposals.ts";
import type { DecisionVerdict } from "./state.ts";
import type { CountedVote, Vote } from "./votes.ts";

/** Timers of a view: for its proposal, for its end, and before an empty decision after one that waits for its finality. */
export type Timer = "proposal" | "view" | "empty";

/** Input of the reducer. Signatures have been checked, and the bytes of each header are available. */
export type ConsensusEvent =
  | {
      readonly type: "proposal";
      readonly header: Header;
      readonly vote: CountedVote;
      readonly certificates: readonly Certificate[];
    }
  /** A decision that was requested. */
  | { readonly type: "answer"; readonly header: Header }
  /** Decisions that follow each other, with the certificate that makes the last one final. */
  | { readonly type: "page"; readonly headers: readonly Header[]; readonly certificate: Certificate }
  /** This node's proposal; undefined if it could make none. */
  | { readonly type: "built"; readonly view: number; readonly header: Header | undefined }
  | { readonly type: "executed"; readonly id: Hex; readonly verdict: DecisionVerdict }
  | { readonly type: "votes"; readonly votes: readonly CountedVote[] }
  | { readonly type: "certificate"; readonly certificate: Certificate }
  | { readonly type: "timeout"; readonly view: number; readonly timer: Timer }
  | { readonly type: "work"; readonly hasWork: boolean }
  /** Another node can be reached, perhaps again. */
  | { readonly type: "connected" }
  /** A second has passed: others may lack something. */
  | { readonly type: "second" };

/** Output of the reducer, in the order of its execution. */
export type ConsensusEffect =
  | { readonly type: "build"; readonly view: number; readonly parent: Hex }
  | { readonly type: "execute"; readonly header: Header; readonly isNotarized: boolean }
  /**
   * To be signed, stored (with the decision's bytes for a vote to notarize), then sent, then counted among the votes. With
   * `certificates` it is sent as the leader's proposal.
   */
  | { readonly type: "vote"; readonly vote: Vote; readonly certificates?: readonly Certificate[] }
  /** Ends a view: to be stored before any later vote. */
  | { readonly type: "store"; readonly certificate: Certificate }
  | { readonly type: "sendVotes"; readonly votes: readonly CountedVote[] }
  | { readonly type: "sendCertificates"; readonly certificates: readonly Certificate[] }
  | {
      readonly type: "sendProposal";
      readonly id: Hex;
      readonly vote: CountedVote;
      readonly certificates: readonly Certificate[];
    }
  | { readonly type: "timer"; readonly view: number; readonly timer: Timer; readonly ms: number }
  /** Final decisions, the oldest first. */
  | { readonly type: "decided"; readonly headers: readonly Header[]; readonly certificate: Certificate }
  | { readonly type: "fetch"; readonly id: Hex }
  | { readonly type: "evidence"; readonly first: CountedVote; readonly second: CountedVote };
