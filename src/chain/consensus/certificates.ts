import type { Hex } from "../../ground/protocol/hex.ts";
import { quorumOf, type CountedVote, type SignedVote, type VoteKind } from "./votes.ts";

/** Equal votes of a quorum. */
export interface Certificate<V extends SignedVote = CountedVote> {
  readonly kind: VoteKind;
  readonly view: number;
  readonly id: Hex;
  readonly votes: readonly V[];
}

/** True if a quorum of `count` different voters cast exactly this vote. */
export function isComplete({ kind, view, id, votes }: Certificate, count: number, epoch: number): boolean {
  const isEqual = votes.every((vote) => vote.kind === kind && vote.view === view && vote.id === id && vote.epoch === epoch);
  const voters = new Set(votes.map(({ voter }) => voter));
  return isEqual && voters.size === votes.length && voters.size >= quorumOf(count);
}
