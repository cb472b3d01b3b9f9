import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { ActivityFollower } from "./activity-follower.ts";
import type { ActivityBlock, EcosystemStatus, ToldEntry, TransactionsPage } from "./answers.ts";
import type { Activity } from "./happenings.ts";
import { ask } from "./rpc.ts";

/** Before a question that failed is put again. */
const AGAIN_MS = 1_000;
/** Transactions of a page of older ones. */
const MAX_OLDER = 50;

export const ActivityContext = createContext<Activity>(new Map());

export function useActivity(): Activity {
  return useContext(ActivityContext);
}

/** Older transactions; see `ActivityFollower`. */
type Older = Pick<ActivityFollower, "older" | "reach">;

export const OlderContext = createContext<Older>({ older: () => Promise.resolve(), reach: () => "all" });

/** Follows what happens on all members. */
export interface FollowedActivity {
  readonly activity: Activity;
  /** To be called with what the feed tells, and without it where the feed has a gap. */
  readonly tell: (entry?: ToldEntry) => void;
  /** To be called when a look at the status begins, and `prune` with its answer. */
  readonly looks: () => void;
  /** Forgets blocks that members no longer have, after a return to an earlier state. */
  readonly prune: (status: EcosystemStatus) => void;
  readonly older: Older;
}

export function useFollowedActivity(): FollowedActivity {
  const [activity, set] = useState<Activity>(new Map());
  const follower = useMemo(
    () =>
      new ActivityFollower({
        ask: (ranges) => ask<readonly ActivityBlock[]>("any", "hyperchain_activity", ranges === undefined ? [] : [ranges]),
        askOlder: (before) => ask<TransactionsPage>("any", "hyperchain_transactions", [{ before, limit: MAX_OLDER }]),
        changed: set,
        later: (work) => void setTimeout(work, AGAIN_MS),
      }),
    [],
  );
  const older = useMemo<Older>(
    () => ({ older: (...asked) => follower.older(...asked), reach: (members) => follower.reach(members) }),
    [follower],
  );
  useEffect(() => follower.tell(), []);
  return {
    activity,
    tell: (entry) => follower.tell(entry),
    looks: () => follower.looks(),
    prune: (status) => follower.prune(status),
    older,
  };
}
