import { createContext } from "preact";
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ActivityBlock, EcosystemStatus, FeedEntry } from "./answers.ts";
import type { Activity } from "./happenings.ts";
import { ask } from "./rpc.ts";

/** Blocks of a member that are kept: an hour of one block every six seconds. */
const MOST_BLOCKS = 600;
/** Of one question; see `hyperchain_activity`. */
const MOST_ASKED = 200;

export const ActivityContext = createContext<Activity>(new Map());

export function useActivity(): Activity {
  return useContext(ActivityContext);
}

/** What is taken in of a block's entry: the member, and its newest block. */
interface News {
  readonly chainId: number;
  readonly number: number;
}

/** Follows what happens on all members. */
export interface FollowedActivity {
  readonly activity: Activity;
  /** To be called with what the feed tells, and without it where the feed has a gap. */
  readonly tell: (entry?: FeedEntry) => void;
  /** Forgets the blocks that members have no more, after a return to an earlier state. */
  readonly prune: (status: EcosystemStatus) => void;
}

export function useFollowedActivity(): FollowedActivity {
  const [activity, set] = useState<Activity>(new Map());
  const known = useRef<Map<number, readonly ActivityBlock[]>>(new Map());
  const follower = useMemo(() => createFollower(known.current, () => set(new Map(known.current))), []);
  useEffect(() => follower.tell(), []);
  return { activity, ...follower };
}

function createFollower(known: Map<number, readonly ActivityBlock[]>, changed: () => void): Omit<FollowedActivity, "activity"> {
  let wanted: News[] = [];
  let isAsking = false;
  let isAllWanted = false;
  const go = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    while (isAllWanted || wanted.length > 0) {
      const ranges = isAllWanted ? undefined : rangesOf(wanted, known);
      [wanted, isAllWanted] = [[], false];
      // The feed goes on, and tells of the next block; what a member refuses is not shown.
      const blocks = await ask<readonly ActivityBlock[]>(
        "any",
        "hyperchain_activity",
        ranges === undefined ? [] : [ranges],
      ).catch(() => undefined);
      if (blocks === undefined) continue;
      for (const { chain, from } of ranges ?? []) known.set(chain, known.get(chain)?.filter(({ number }) => number < from) ?? []);
      take(known, blocks);
      changed();
    }
    isAsking = false;
  };
  return {
    tell(entry) {
      if (entry === undefined) isAllWanted = true;
      else if (entry.type === "block" && entry.chainId !== undefined && entry.number !== undefined)
        wanted.push({ chainId: entry.chainId, number: entry.number });
      void go();
    },
    prune({ chains }) {
      // The status may be the older of both: so the members are asked.
      const gone = chains.filter(({ chainId, blockNumber }) => (known.get(chainId)?.at(-1)?.number ?? 0) > blockNumber);
      for (const { chainId, blockNumber } of gone) wanted.push({ chainId, number: blockNumber + 1 });
      if (gone.length > 0) void go();
    },
  };
}

/** What is to be asked for: from the block behind the newest known one, or the named one where that comes again, on. */
export function rangesOf(
  news: readonly News[],
  known: ReadonlyMap<number, readonly ActivityBlock[]>,
): readonly { readonly chain: number; readonly from: number; readonly to: number }[] {
  const ends = new Map<number, { from: number; to: number }>();
  for (const { chainId, number } of news) {
    const newest = known.get(chainId)?.at(-1)?.number;
    const from = newest === undefined ? number : Math.min(newest + 1, number);
    const before = ends.get(chainId);
    const to = Math.max(number, before?.to ?? number, from <= (newest ?? -1) ? (newest ?? 0) : 0);
    ends.set(chainId, { from: Math.min(from, before?.from ?? from), to });
  }
  const most = Math.floor(MOST_ASKED / Math.max(1, ends.size));
  return [...ends].map(([chain, { from, to }]) => ({ chain, from: Math.max(from, to - most + 1), to }));
}

/** Puts blocks in; one that comes again, of the same number, stands for it and all behind it. */
export function take(known: Map<number, readonly ActivityBlock[]>, blocks: readonly ActivityBlock[]): void {
  const byMember = Map.groupBy(blocks, ({ chainId }) => chainId);
  for (const [chainId, found] of byMember) {
    const sorted = found.toSorted((a, b) => a.number - b.number);
    const first = sorted[0]?.number ?? 0;
    const before = (known.get(chainId) ?? []).filter(({ number }) => number < first);
    known.set(chainId, [...before, ...sorted].slice(-MOST_BLOCKS));
  }
}
