import { VIEW_WINDOW, type Draft } from "./draft.ts";
import type { Header } from "./proposals.ts";
import { FINALIZE, NO_ID, NOTARIZE, NULLIFY } from "./votes.ts";

/**
 * Executes proposals that this node may vote for, and those that others notarized without it: otherwise it could follow nothing
 * after them. A refused proposal is executed a second time if a quorum notarizes it, without the rules of time.
 */
export function executeNext(draft: Draft): void {
  for (const header of draft.state.headers.values()) {
    const { id, view, parent } = header;
    const execution = draft.state.executions.get(id);
    const isNotarized = draft.isNotarized(header);
    const isOpen = execution === undefined || (isNotarized && !execution.isNotarized && isRefused(draft, header));
    const isNext = isNotarized ? draft.isExecuted(parent) : isProposed(draft, header) && draft.isWellPlaced(header);
    if (!isOpen || !isNext || view <= draft.state.decided.view) continue;
    draft.setExecution(id, { verdict: "running", isNotarized });
    draft.emit({ type: "execute", header, isNotarized });
  }
}

/** Notarizes the leader's first proposal of the view, unless this node has nullified the view. */
export function notarize(draft: Draft): void {
  const { state } = draft;
  const { view } = state;
  const header = state.headers.get(state.proposals.get(view) ?? NO_ID);
  const { notarized, isNullified } = draft.ballotOf(view);
  if (header === undefined || notarized !== undefined || isNullified === true) return;
  if (draft.isExecuted(header.id) && draft.isWellPlaced(header)) vote(draft, { kind: NOTARIZE, view, id: header.id });
}

/** Finalizes proposals that a quorum notarized and this node has executed, in views that it has not nullified. */
export function finalize(draft: Draft): void {
  const { state } = draft;
  for (const [view, { id }] of state.notarized) {
    const { finalized, isNullified } = draft.ballotOf(view);
    const isOpen = finalized === undefined && isNullified !== true && view > state.decided.view;
    if (isOpen && view >= state.view - VIEW_WINDOW && draft.isExecuted(id)) vote(draft, { kind: FINALIZE, view, id });
  }
}

/** Nullifies the view, unless this node has finalized a decision in that view. */
export function nullify(draft: Draft): void {
  const { view } = draft.state;
  const { isNullified, finalized } = draft.ballotOf(view);
  if (isNullified !== true && finalized === undefined) vote(draft, { kind: NULLIFY, view, id: NO_ID });
}

function isProposed({ state }: Draft, { id, view }: Header): boolean {
  return view === state.view && state.proposals.get(view) === id;
}

function isRefused({ state }: Draft, { id }: Header): boolean {
  const verdict = state.executions.get(id)?.verdict;
  return verdict === "invalid" || verdict === "later";
}

type Choice =
  | { readonly kind: typeof NOTARIZE | typeof FINALIZE; readonly view: number; readonly id: Header["id"] }
  | { readonly kind: typeof NULLIFY; readonly view: number; readonly id: typeof NO_ID };

function vote(draft: Draft, { kind, view, id }: Choice): void {
  const { self, voters } = draft.rules;
  if (self === undefined) return;
  const ballot = kind === NOTARIZE ? { notarized: id } : kind === FINALIZE ? { finalized: id } : { isNullified: true as const };
  draft.setBallot(view, ballot);
  draft.emit({ type: "vote", vote: { kind, epoch: voters.epoch, view, id } });
}
