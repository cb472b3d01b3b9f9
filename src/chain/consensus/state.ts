import type { Hex } from "../../ground/protocol/hex.ts";
import type { Certificate } from "./certificates.ts";
import type { Header } from "./proposals.ts";
import { FINALIZE, NOTARIZE, NULLIFY, type CountedVote } from "./votes.ts";

/** The voters: `count` is 1 to 7. */
export interface Voters {
  readonly count: number;
  /** Number of this set; a vote of another set counts nothing. */
  readonly epoch: number;
  leaderOf(view: number): number;
}

export interface Rules {
  readonly voters: Voters;
  /** Index of this node; undefined for a node that follows without a vote. */
  readonly self: number | undefined;
  /** Time of a leader for its proposal, and of a view, before they grow with nullified views. */
  readonly proposalMs: number;
  readonly viewMs: number;
}

/** Result of executing a decision. `later` blocks nothing: the decision is executed once more after a second. */
export type DecisionVerdict = "valid" | "invalid" | "later";

export interface Execution {
  readonly verdict: DecisionVerdict | "running";
  /** True if a quorum had notarized the decision by then, so that the rules of time did not apply. */
  readonly isNotarized: boolean;
}

/** This node's votes in a view. */
export interface ViewVotes {
  readonly notarized?: Hex;
  readonly isNullified?: true;
  readonly finalized?: Hex;
}

/** State of a node. It contains only views above the newest decision, and that decision. */
export interface State {
  readonly view: number;
  /** Newest decision; its view is that of the root before the first. */
  readonly decided: Header;
  readonly hasWork: boolean;
  /** This node's votes, by view. */
  readonly ballots: ReadonlyMap<number, ViewVotes>;
  /** Decisions whose bytes are here, by id. */
  readonly headers: ReadonlyMap<Hex, Header>;
  /** Id of the leader's first proposal of a view. */
  readonly proposals: ReadonlyMap<number, Hex>;
  readonly executions: ReadonlyMap<Hex, Execution>;
  readonly notarized: ReadonlyMap<number, Certificate>;
  readonly nullified: ReadonlyMap<number, Certificate>;
  /** Certificate of the newest final decision, also while its bytes are missing. */
  readonly finalized: Certificate | undefined;
  /** First vote of each voter, view and kind, by `ballotKey`. */
  readonly votes: ReadonlyMap<string, CountedVote>;
  /** Voters that were reported for a view, by `view/voter`. */
  readonly reported: ReadonlySet<string>;
  /** Ids requested since the last second. */
  readonly requested: ReadonlySet<Hex>;
  /** Last view for which this node built, set its timers, and set the timer of an empty view. */
  readonly builtView: number;
  readonly timedView: number;
  readonly restView: number;
  /** View that is due for an empty decision. */
  readonly emptyView: number;
  /** Seconds since the newest decision, or since another node was connected. */
  readonly restSeconds: number;
  /** Doublings of the timers, 0 to 2. */
  readonly slowness: number;
}

/** Votes and certificates above the root that a node had stored. */
interface StoredVotes {
  /** This node's votes. They count once they are given to the reducer, like those of others. */
  readonly votes: readonly CountedVote[];
  readonly certificates: readonly Certificate[];
  readonly headers: readonly Header[];
}

export const NOTHING_STORED: StoredVotes = { votes: [], certificates: [], headers: [] };

/**
 * State of a node that starts. `root` is its newest decision, with the certificate if it has one; `firstView` is above all views
 * that were used before, so after a rewind the root's view must be one below it.
 */
export function start(
  root: Header,
  firstView: number,
  { votes, certificates, headers }: StoredVotes = NOTHING_STORED,
  certificate?: Certificate,
): State {
  const young = certificates.filter(({ view }) => view > root.view);
  const ofKind = (kind: number): ReadonlyMap<number, Certificate> =>
    new Map(young.filter((one) => one.kind === kind).map((one) => [one.view, one]));
  const cast = votes.filter(({ view }) => view > root.view);
  const views = [firstView, root.view + 1, ...cast.map(({ view }) => view), ...young.map(({ view }) => view + 1)];
  const known = [root, ...headers.filter(({ view }) => view > root.view)];
  return {
    view: Math.max(...views),
    decided: root,
    hasWork: false,
    ballots: ballotsOf(cast),
    headers: new Map(known.map((header) => [header.id, header])),
    proposals: new Map(cast.filter(({ kind }) => kind === NOTARIZE).map(({ view, id }) => [view, id])),
    executions: new Map([[root.id, { verdict: "valid", isNotarized: true }]]),
    notarized: ofKind(NOTARIZE),
    nullified: ofKind(NULLIFY),
    finalized: certificate,
    votes: new Map(),
    reported: new Set(),
    requested: new Set(),
    builtView: 0,
    timedView: 0,
    restView: 0,
    emptyView: 0,
    restSeconds: 0,
    slowness: 0,
  };
}

export function ballotKey({ view, kind, voter }: Pick<CountedVote, "view" | "kind" | "voter">): string {
  return `${view}/${kind}/${voter}`;
}

function ballotsOf(votes: readonly CountedVote[]): ReadonlyMap<number, ViewVotes> {
  const ballots = new Map<number, ViewVotes>();
  for (const { kind, view, id } of votes) {
    const vote = kind === NOTARIZE ? { notarized: id } : kind === FINALIZE ? { finalized: id } : { isNullified: true as const };
    ballots.set(view, { ...ballots.get(view), ...vote });
  }
  return ballots;
}
