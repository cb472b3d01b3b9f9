import type { CountedVote, SignedVote } from "../consensus/votes.ts";
import type { Hex } from "../protocol/hex.ts";

const MAX_EVIDENCE = 100;

/** Two votes of one node that no honest node casts both. */
export interface VoteEvidence {
  /** Address of the node. */
  readonly signer: Hex;
  /** Salt of the votes' EIP-712 domain. */
  readonly life: Hex;
  readonly first: SignedVote;
  readonly second: SignedVote;
}

/** Newest contrary votes, one pair for each node and view. */
export class EvidenceList {
  #pairs: readonly VoteEvidence[] = [];

  get pairs(): readonly VoteEvidence[] {
    return this.#pairs;
  }

  /** Adds evidence. Several nodes see the same. */
  add({ life, signer, first, second }: VoteEvidence): void {
    const isReported = this.#pairs.some((each) => each.life === life && each.signer === signer && each.first.view === first.view);
    if (isReported) return;
    const pair = { signer, life, first: withoutVoter(first), second: withoutVoter(second) };
    this.#pairs = [...this.#pairs, pair].slice(-MAX_EVIDENCE);
  }
}

function withoutVoter({ kind, epoch, view, id, signedAt, signature }: SignedVote | CountedVote): SignedVote {
  return { kind, epoch, view, id, signedAt, signature };
}
