import { requireHeader, type Header } from "./proposals.ts";
import { votedViewOf, type DecisionRecord, type VoteRecord } from "./records.ts";
import { start, type State } from "./state.ts";
import type { CountedVote } from "./votes.ts";

/** Content of a node's files. */
export interface Stored {
  readonly votes: readonly VoteRecord[];
  readonly newest: DecisionRecord | undefined;
}

/** Start of a group. */
interface Beginning {
  readonly root: Header;
  /** Above all views that were used before: 1 for a new group, more after a rewind. */
  readonly firstView: number;
}

export interface Restored {
  readonly state: State;
  /** This node's votes above the newest decision. */
  readonly votes: readonly CountedVote[];
  /** Proposals that the state names. */
  readonly bytes: readonly Uint8Array[];
  readonly votedView: number;
  /** True if the newest decision names a vote that is not stored: the node must not vote. */
  readonly areVotesLost: boolean;
}

/** State of a node that starts from its files. Votes and decisions below the first view are of an earlier life of the group. */
export function restore({ votes, newest }: Stored, { root: mark, firstView }: Beginning): Restored {
  const isOld = newest === undefined || newest.certificate.view < firstView;
  const root = isOld ? { ...mark, view: Math.max(mark.view, firstView - 1) } : headerOfNewest(newest);
  const young = votes.filter((record) => viewOf(record) >= firstView && viewOf(record) > root.view);
  const bytes = young.flatMap((record) => (record.type === "vote" && record.bytes !== undefined ? [record.bytes] : []));
  const stored = {
    votes: young.flatMap((record) => (record.type === "vote" ? [record.vote] : [])),
    certificates: young.flatMap((record) => (record.type === "certificate" ? [record.certificate] : [])),
    headers: bytes.map((each) => requireHeader(each)),
  };
  const votedView = votedViewOf(votes);
  return {
    state: start(root, firstView, stored, isOld ? undefined : newest.certificate),
    votes: stored.votes,
    bytes,
    votedView,
    areVotesLost: (newest?.votedView ?? 0) > votedView,
  };
}

function viewOf(record: VoteRecord): number {
  if (record.type === "vote") return record.vote.view;
  return record.type === "certificate" ? record.certificate.view : 0;
}

function headerOfNewest({ proposals }: DecisionRecord): Header {
  return requireHeader(proposals.at(-1) ?? new Uint8Array());
}
