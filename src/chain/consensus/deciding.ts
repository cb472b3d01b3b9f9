import { NamedError } from "../../ground/errors/named-error.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { Certificate } from "./certificates.ts";
import type { Draft } from "./draft.ts";
import type { Header } from "./proposals.ts";

/** Doublings of the timers that nullified views may cause, and the part that a good view removes. */
const MAX_SLOWNESS = 2;
const RECOVERY = 1 / 8;

/** A final decision contradicts a decision of this node. */
export class ForkedError extends NamedError<"Forked"> {
  override readonly name = "ForkedError";
}

/** Leaves each view that a quorum has notarized or nullified. */
export function leaveViews(draft: Draft): void {
  const { state } = draft;
  for (;;) {
    const [good, empty] = [state.notarized.get(state.view), state.nullified.get(state.view)];
    if (good === undefined && empty === undefined) return;
    for (const certificate of [good, empty]) if (certificate !== undefined) draft.emit({ type: "store", certificate });
    const isSlow = good === undefined;
    state.slowness = isSlow ? Math.min(MAX_SLOWNESS, state.slowness + 1) : Math.max(0, state.slowness - RECOVERY);
    state.view++;
  }
}

/** Decides a finalized proposal with its ancestors, when all their bytes are here. */
export function decide(draft: Draft): void {
  const { finalized } = draft.state;
  if (finalized !== undefined) decideUpTo(draft, finalized);
}

export function decideUpTo(draft: Draft, certificate: Certificate): void {
  if (certificate.view <= draft.state.decided.view) return;
  const { headers, missing } = ancestry(draft, certificate.id);
  const newest = headers.at(-1);
  if (missing !== undefined) return draft.fetch(missing);
  if (newest === undefined) return;
  draft.emit({ type: "decided", headers, certificate });
  forget(draft, newest, certificate);
}

/** Throws if a final decision follows one that is older than this node's newest, and is another. */
export function requireDescent(draft: Draft, header: Header): void {
  const { finalized, decided } = draft.state;
  if (finalized === undefined || header.view > decided.view || header.id === decided.id) return;
  if (finalized.view > decided.view && ancestry(draft, finalized.id).missing === header.id) throw forkAt(header, decided);
}

/** Decisions from the newest one of this node to `id`, or the newest ancestor whose bytes are missing. */
export function ancestry({ state }: Draft, id: Hex): { readonly headers: readonly Header[]; readonly missing?: Hex } {
  const headers: Header[] = [];
  while (id !== state.decided.id) {
    const header = state.headers.get(id);
    if (header === undefined) return { headers, missing: id };
    headers.unshift(header);
    id = header.parent;
  }
  return { headers };
}

/** Drops votes and proposals that a decision makes needless. */
function forget({ state }: Draft, decided: Header, certificate: Certificate): void {
  const isYoung = (view: number): boolean => view > decided.view;
  state.decided = decided;
  if (state.finalized === undefined || state.finalized.view < certificate.view) state.finalized = certificate;
  state.restSeconds = 0;
  state.view = Math.max(state.view, decided.view + 1);
  for (const map of [state.ballots, state.proposals, state.notarized, state.nullified] as Map<number, unknown>[])
    for (const view of map.keys()) if (!isYoung(view)) map.delete(view);
  for (const { id, view } of state.headers.values()) if (!isYoung(view) && id !== decided.id) state.headers.delete(id);
  for (const id of state.executions.keys()) if (!state.headers.has(id)) state.executions.delete(id);
  for (const [key, { view }] of state.votes) if (!isYoung(view)) state.votes.delete(key);
  state.reported = new Set([...state.reported].filter((place) => isYoung(Number(place.split("/")[0]))));
  state.executions.set(decided.id, { verdict: "valid", isNotarized: true });
}

function forkAt(header: Header, decided: Header): ForkedError {
  return new ForkedError(
    "Forked",
    `a final decision follows ${header.id} of view ${header.view}, but not this node's decision ${decided.id} of view ` +
      `${decided.view}: more than a third of the voters lie, or files were mixed; stop the chain and compare the nodes' decisions`,
  );
}
