import type { Draft } from "./draft.ts";
import type { Timer } from "./events.ts";
import { liarsOf, NULLIFY } from "./votes.ts";

/** Part of a proposal's time after which a decision that waits for its finality gets an empty one after it. */
const EMPTY_PART = 1 / 5;

/** Sets the view's timers and, as its leader, builds. While there is nothing to decide it does neither. */
export function lead(draft: Draft): void {
  const { state, rules } = draft;
  const { view, hasWork } = state;
  const tip = draft.parentFor(view);
  const isUnfinished = tip !== undefined && tip.id !== state.decided.id;
  const isAwake = hasWork || isWoken(draft);
  if (!isAwake && isUnfinished && state.restView < view) {
    state.restView = view;
    setTimer(draft, "empty", rules.proposalMs * EMPTY_PART);
  }
  if (!isAwake && !(isUnfinished && state.emptyView === view)) return;
  if (state.timedView < view) {
    state.timedView = view;
    setTimer(draft, "proposal", rules.proposalMs * 2 ** state.slowness);
    setTimer(draft, "view", rules.viewMs * 2 ** state.slowness);
  }
  const { notarized, isNullified } = draft.ballotOf(view);
  const isMine = rules.voters.leaderOf(view) === rules.self && state.builtView < view;
  if (!isMine || notarized !== undefined || isNullified === true || tip === undefined || !draft.isExecuted(tip.id)) return;
  state.builtView = view;
  draft.emit({ type: "build", view, parent: tip.id });
}

/** True if more voters than may lie have nullified the view: an honest voter has work. */
function isWoken({ state, rules }: Draft): boolean {
  const { count } = rules.voters;
  const voters = Array.from({ length: count }, (_, voter) => state.votes.has(`${state.view}/${NULLIFY}/${voter}`));
  return voters.filter((hasNullified) => hasNullified).length > liarsOf(count);
}

function setTimer(draft: Draft, timer: Timer, ms: number): void {
  draft.emit({ type: "timer", view: draft.state.view, timer, ms });
}
