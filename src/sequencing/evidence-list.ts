import type { CountedVote } from "../consensus/votes.ts";

const MAX_EVIDENCE = 100;

/** Newest pairs of votes that no honest node casts, by the first vote. */
export class EvidenceList {
  #votes: readonly CountedVote[] = [];

  get votes(): readonly CountedVote[] {
    return this.#votes;
  }

  /** Adds evidence. Several nodes see the same. */
  add(vote: CountedVote): void {
    const isReported = this.#votes.some(({ voter, view }) => voter === vote.voter && view === vote.view);
    if (!isReported) this.#votes = [...this.#votes, vote].slice(-MAX_EVIDENCE);
  }
}
