import type { Hex } from "../../ground/protocol/hex.ts";
import type { Certificate } from "./certificates.ts";
import type { ConsensusEffect } from "./events.ts";
import type { Header } from "./proposals.ts";
import type { Execution, Rules, State, ViewVotes } from "./state.ts";
import type { CountedVote } from "./votes.ts";

/** Distance of views: votes and proposals up to it above this node's view count, and it finalizes up to it below. */
export const VIEW_WINDOW = 64;

type Mutable<S> = { -readonly [K in keyof S]: S[K] extends ReadonlyMap<infer A, infer B> ? Map<A, B> : S[K] };

/** Working copy of a state during one step, with the step's effects. */
export class Draft {
  readonly rules: Rules;
  readonly effects: ConsensusEffect[] = [];
  readonly state: Mutable<State>;
  /** Number of changes: a step ends when its rules find nothing more to do. */
  changes = 0;

  constructor(rules: Rules, state: State) {
    this.rules = rules;
    this.state = {
      ...state,
      ballots: new Map(state.ballots),
      headers: new Map(state.headers),
      proposals: new Map(state.proposals),
      executions: new Map(state.executions),
      notarized: new Map(state.notarized),
      nullified: new Map(state.nullified),
      votes: new Map(state.votes),
    };
  }

  emit(effect: ConsensusEffect): void {
    this.changes++;
    this.effects.push(effect);
  }

  ballotOf(view: number): ViewVotes {
    return this.state.ballots.get(view) ?? {};
  }

  setBallot(view: number, votes: ViewVotes): void {
    this.changes++;
    this.state.ballots.set(view, { ...this.ballotOf(view), ...votes });
  }

  setExecution(id: Hex, execution: Execution): void {
    this.changes++;
    this.state.executions.set(id, execution);
  }

  isExecuted(id: Hex): boolean {
    return this.state.executions.get(id)?.verdict === "valid";
  }

  isNotarized({ id, view }: Header): boolean {
    return id === this.state.decided.id || this.state.notarized.get(view)?.id === id;
  }

  /** True if all views between the two are nullified. */
  isOnlyNullified(after: number, before: number): boolean {
    for (let view = after + 1; view < before; view++) if (!this.state.nullified.has(view)) return false;
    return true;
  }

  /** Parent of a proposal of the view: the newest notarized decision after which all views are nullified. */
  parentFor(view: number): Header | undefined {
    const { decided, notarized, nullified, headers } = this.state;
    for (let earlier = view - 1; earlier >= decided.view; earlier--) {
      const id = earlier === decided.view ? decided.id : notarized.get(earlier)?.id;
      if (id !== undefined) {
        const header = headers.get(id);
        if (header !== undefined) return header;
      }
      if (!nullified.has(earlier)) return undefined;
    }
    return undefined;
  }

  /** True if a proposal with this header may be notarized: its parent is executed and notarized, and nothing lies between. */
  isWellPlaced({ view, parent }: Header): boolean {
    const header = this.state.headers.get(parent);
    if (header === undefined || header.view >= view) return false;
    return this.isExecuted(parent) && this.isNotarized(header) && this.isOnlyNullified(header.view, view);
  }

  /** Certificates that let another node see that a proposal is well placed. */
  certificatesOf({ view, parent }: Header): Certificate[] {
    const { headers, notarized, nullified, finalized, decided } = this.state;
    const parentView = headers.get(parent)?.view ?? decided.view;
    const ofParent = notarized.get(parentView) ?? (finalized?.id === parent ? finalized : undefined);
    const between = Array.from({ length: view - parentView - 1 }, (_, i) => nullified.get(parentView + 1 + i));
    return [ofParent, ...between].filter((one) => one !== undefined);
  }

  votesFor({ kind, view, id }: Pick<CountedVote, "kind" | "view" | "id">): CountedVote[] {
    const { count } = this.rules.voters;
    const votes = Array.from({ length: count }, (_, voter) => this.state.votes.get(`${view}/${kind}/${voter}`));
    return votes.filter((vote) => vote?.id === id) as CountedVote[];
  }

  /** Requests a decision's bytes, at most one time a second. */
  fetch(id: Hex): void {
    if (this.state.requested.has(id)) return;
    this.state.requested = new Set(this.state.requested).add(id);
    this.emit({ type: "fetch", id });
  }
}
