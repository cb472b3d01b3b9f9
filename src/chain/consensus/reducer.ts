import { countVote, takeCertificate } from "./counting.ts";
import { ancestry, decide, decideUpTo, leaveViews, requireDescent } from "./deciding.ts";
import { Draft, VIEW_WINDOW } from "./draft.ts";
import type { ConsensusEffect, ConsensusEvent } from "./events.ts";
import { lead } from "./leading.ts";
import type { Header } from "./proposals.ts";
import type { Rules, State } from "./state.ts";
import { executeNext, finalize, notarize, nullify } from "./voting.ts";
import { FINALIZE, NO_ID, NOTARIZE, type Vote } from "./votes.ts";

/**
 * One step of Simplex (https://eprint.iacr.org/2023/463): a view ends when a quorum notarizes its leader's proposal or nullifies
 * it, and a decision is final when a quorum that nullified nothing in its view finalizes it. Pure, and without signatures: a
 * caller checks them before, and stores before it sends.
 */
export function step(
  rules: Rules,
  state: State,
  event: ConsensusEvent,
): { readonly state: State; readonly effects: readonly ConsensusEffect[] } {
  const draft = new Draft(rules, state);
  take(draft, event);
  let changes: number;
  do {
    ({ changes } = draft);
    leaveViews(draft);
    decide(draft);
    executeNext(draft);
    notarize(draft);
    finalize(draft);
  } while (changes !== draft.changes);
  lead(draft);
  return { state: draft.state, effects: draft.effects };
}

function take(draft: Draft, event: ConsensusEvent): void {
  const { state } = draft;
  switch (event.type) {
    case "proposal":
      return takeProposal(draft, event);
    case "answer":
      return takeAnswer(draft, event.header);
    case "page":
      return takePage(draft, event);
    case "built":
      return takeBuilt(draft, event);
    case "executed":
      return takeVerdict(draft, event);
    case "votes":
      for (const vote of event.votes) countVote(draft, vote);
      return;
    case "certificate":
      takeCertificate(draft, event.certificate);
      return;
    case "timeout":
      return takeTimeout(draft, event);
    case "work":
      state.hasWork = event.hasWork;
      return;
    case "connected":
      state.restSeconds = 0;
      return;
    case "second":
      return repeat(draft);
  }
}

function addHeader({ state }: Draft, header: Header): void {
  if (header.view > state.decided.view) state.headers.set(header.id, header);
}

function takeProposal(draft: Draft, { header, vote, certificates }: Extract<ConsensusEvent, { type: "proposal" }>): void {
  const { state, rules } = draft;
  for (const certificate of certificates) takeCertificate(draft, certificate);
  const isLeaders =
    vote.voter === rules.voters.leaderOf(header.view) &&
    vote.kind === NOTARIZE &&
    vote.view === header.view &&
    vote.id === header.id;
  const isNear = header.view > state.decided.view && header.view <= state.view + VIEW_WINDOW;
  if (!isLeaders || !isNear) return;
  countVote(draft, vote);
  // Its second proposal of a view is only evidence; if a quorum notarizes that one, its bytes are requested.
  if (state.proposals.has(header.view)) return;
  state.proposals.set(header.view, header.id);
  addHeader(draft, header);
}

/** Takes a requested decision of any view. */
function takeAnswer(draft: Draft, header: Header): void {
  if (!draft.state.requested.has(header.id)) return;
  requireDescent(draft, header);
  addHeader(draft, header);
}

function takePage(draft: Draft, { headers, certificate }: Extract<ConsensusEvent, { type: "page" }>): void {
  const { state } = draft;
  const young = headers.filter(({ view }) => view > state.decided.view);
  let last = state.decided;
  for (const header of young) {
    if (header.parent !== last.id || header.view <= last.view) return;
    last = header;
  }
  if (young.length === 0 || certificate.id !== last.id || certificate.kind !== FINALIZE) return;
  for (const header of young) addHeader(draft, header);
  decideUpTo(draft, certificate);
}

function takeBuilt(draft: Draft, { view, header }: Extract<ConsensusEvent, { type: "built" }>): void {
  const { state, rules } = draft;
  const { notarized, isNullified } = draft.ballotOf(view);
  if (header === undefined || view !== state.view || notarized !== undefined || isNullified === true) return;
  if (rules.self === undefined) return;
  addHeader(draft, header);
  state.proposals.set(view, header.id);
  draft.setExecution(header.id, { verdict: "valid", isNotarized: false });
  draft.setBallot(view, { notarized: header.id });
  const vote: Vote = { kind: NOTARIZE, epoch: rules.voters.epoch, view, id: header.id };
  draft.emit({ type: "vote", vote, certificates: draft.certificatesOf(header) });
}

function takeVerdict({ state }: Draft, { id, verdict }: Extract<ConsensusEvent, { type: "executed" }>): void {
  const execution = state.executions.get(id);
  if (execution?.verdict === "running") state.executions.set(id, { ...execution, verdict });
}

function takeTimeout(draft: Draft, { view, timer }: Extract<ConsensusEvent, { type: "timeout" }>): void {
  const { state } = draft;
  if (view !== state.view) return;
  if (timer === "empty") state.emptyView = view;
  else if (timer === "view" || !state.proposals.has(view)) nullify(draft);
}

/** Repeats its votes and certificates, requests missing decisions, and executes early ones a second time. */
function repeat(draft: Draft): void {
  const { state, rules } = draft;
  const votes = [...state.votes.values()].filter(({ voter }) => voter === rules.self);
  if (votes.length > 0) draft.emit({ type: "sendVotes", votes });
  sendCertificates(draft);
  const mine = state.headers.get(draft.ballotOf(state.view).notarized ?? NO_ID);
  const vote = votes.find(({ kind, id }) => kind === NOTARIZE && id === mine?.id);
  if (mine !== undefined && vote !== undefined && rules.voters.leaderOf(mine.view) === rules.self)
    draft.emit({ type: "sendProposal", id: mine.id, vote, certificates: draft.certificatesOf(mine) });
  state.requested = new Set();
  fetchMissing(draft);
  for (const [id, { verdict }] of state.executions) if (verdict === "later") state.executions.delete(id);
}

/** Sends this node's certificates; that of its newest decision only for a minute, so that a group at rest sends nothing. */
function sendCertificates(draft: Draft): void {
  const { state } = draft;
  const certificates = [...state.notarized.values(), ...state.nullified.values()].slice(-VIEW_WINDOW);
  const isAnnounced = state.restSeconds < VIEW_WINDOW && Number.isInteger(Math.log2(state.restSeconds + 1));
  state.restSeconds++;
  const all = isAnnounced && state.finalized !== undefined ? [...certificates, state.finalized] : certificates;
  if (all.length > 0) draft.emit({ type: "sendCertificates", certificates: all });
}

/**
 * Requests missing ancestors of certified decisions. A proposal alone may name any parent: a liar would answer the requests with
 * invented decisions in sequence, and no later decision would let a node forget them.
 */
function fetchMissing(draft: Draft): void {
  const { decided, finalized, notarized } = draft.state;
  const certified = [...notarized.values(), ...(finalized === undefined ? [] : [finalized])];
  for (const { view, id } of certified) {
    const { missing } = view > decided.view ? ancestry(draft, id) : {};
    if (missing !== undefined) draft.fetch(missing);
  }
}
