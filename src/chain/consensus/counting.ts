import type { Certificate } from "./certificates.ts";
import { VIEW_WINDOW, type Draft } from "./draft.ts";
import { ballotKey, type State } from "./state.ts";
import { areContrary, FINALIZE, NOTARIZE, NULLIFY, quorumOf, type CountedVote, type VoteKind } from "./votes.ts";

const KINDS: readonly VoteKind[] = [NOTARIZE, NULLIFY, FINALIZE];

/** Counts a vote: the first of its voter, view and kind. A quorum of equal votes makes a certificate. */
export function countVote(draft: Draft, vote: CountedVote): void {
  const { state, rules } = draft;
  const { view, epoch } = vote;
  if (epoch !== rules.voters.epoch || view <= state.decided.view || view > state.view + VIEW_WINDOW) return;
  reportContrary(draft, vote);
  const key = ballotKey(vote);
  if (state.votes.has(key)) return;
  draft.changes++;
  state.votes.set(key, vote);
  const votes = draft.votesFor(vote);
  if (votes.length !== quorumOf(rules.voters.count)) return;
  const certificate = { kind: vote.kind, view, id: vote.id, votes };
  if (takeCertificate(draft, certificate)) draft.emit({ type: "sendCertificates", certificates: [certificate] });
}

/** Takes a complete certificate. Returns false if this node had it, or no longer needs it. */
export function takeCertificate(draft: Draft, certificate: Certificate): boolean {
  const { state } = draft;
  const { kind, view, id } = certificate;
  if (!isNews(state, certificate)) return false;
  // A leader may have sent this node another proposal than the quorum.
  for (const vote of certificate.votes) reportContrary(draft, vote);
  if (kind === FINALIZE) state.finalized = certificate;
  else (kind === NOTARIZE ? state.notarized : state.nullified).set(view, certificate);
  draft.changes++;
  if (kind !== NULLIFY && !state.headers.has(id)) draft.fetch(id);
  return true;
}

/** True if a certificate is new to a node of this state. */
export function isNews(state: Certificates, { kind, view }: Pick<Certificate, "kind" | "view">): boolean {
  if (view <= state.decided.view) return false;
  if (kind === FINALIZE) return state.finalized === undefined || state.finalized.view < view;
  return !(kind === NOTARIZE ? state.notarized : state.nullified).has(view);
}

type Certificates = Pick<State, "decided" | "finalized" | "notarized" | "nullified">;

/** Reports a voter, at most one time in a view, with two votes that no honest voter casts both. */
function reportContrary({ state, effects }: Draft, vote: CountedVote): void {
  const { view, voter } = vote;
  const place = `${view}/${voter}`;
  if (state.reported.has(place)) return;
  const others = KINDS.map((kind) => state.votes.get(ballotKey({ view, kind, voter })));
  const first = others.find((other) => other !== undefined && areContrary(other, vote));
  if (first === undefined) return;
  state.reported = new Set(state.reported).add(place);
  effects.push({ type: "evidence", first, second: vote });
}
