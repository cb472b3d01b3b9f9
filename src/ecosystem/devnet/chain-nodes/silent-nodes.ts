import { MAX_UNDECIDED_MS, undecided } from "../../../chain/sequencer/sequencer-error.ts";
import { liarsOf } from "../../../chain/consensus/votes.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { NodeStanding } from "./messages.ts";

interface RestingNodes {
  readonly clock: Clock;
  /** Nodes of the group, also those with a fault. */
  readonly count: number;
  /** Newest view that the host has decided. */
  readonly decidedView: () => number;
  /** Standings of the nodes without a fault on request; undefined for one that does not answer within `maxMs`. */
  readonly standings: (maxMs: number) => Promise<readonly (NodeStanding | undefined)[]>;
  readonly isClosed: () => boolean;
}

/** Time after which as many nodes as may lie are no longer waited for. */
const MAX_LIARS_MS = 5_000;
const REST_POLL_MS = 10;

/** Resolves when all nodes run, or some seconds after all but as many as may lie. */
export function begun(starts: readonly Promise<void>[], clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let left = starts.length;
    let cancel = (): void => undefined;
    const began = (): void => {
      left--;
      if (left === 0) {
        cancel();
        resolve();
      } else if (left === liarsOf(starts.length)) cancel = clock.after(MAX_LIARS_MS, resolve);
    };
    for (const start of starts) void start.then(began);
  });
}

/**
 * Resolves when the host has all decisions of the nodes, and none executes more. After some seconds as many nodes as may lie need
 * not agree, or answer. Rejects with `Undecided` after 20 seconds.
 */
export async function rested({ clock, count, decidedView, standings, isClosed }: RestingNodes): Promise<void> {
  const firstMs = clock.nowMs();
  for (;;) {
    const told = await standings(MAX_LIARS_MS);
    const decided = decidedView();
    const busy = told.filter((standing) => standing !== undefined && (standing.isPending || standing.decidedView > decided));
    const waitedMs = clock.nowMs() - firstMs;
    // Nodes with a fault on request count as liars.
    const liars = liarsOf(count) - (count - told.length);
    if (busy.length === 0 || (waitedMs >= MAX_LIARS_MS && busy.length <= liars)) return;
    if (waitedMs >= MAX_UNDECIDED_MS || isClosed()) throw undecided();
    await new Promise<void>((resolve) => {
      clock.after(REST_POLL_MS, resolve);
    });
  }
}
