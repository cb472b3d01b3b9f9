import { createContext } from "preact";
import { useCallback, useContext, useEffect, useMemo, useState } from "preact/hooks";
import { ActivityFollower } from "./activity-follower.ts";
import type { ActivityBlock, EcosystemStatus, ToldEntry } from "./answers.ts";
import type { Activity } from "./happenings.ts";
import { ask } from "./rpc.ts";

/** Before a question that failed is put again. */
const AGAIN_MS = 1_000;

export const ActivityContext = createContext<Activity>(new Map());

export function useActivity(): Activity {
  return useContext(ActivityContext);
}

/** Asks for blocks before those that are known; see `ActivityFollower.older`. */
type AskOlder = ActivityFollower["older"];

export const OlderContext = createContext<AskOlder>(() => Promise.resolve());

/** Follows what happens on all members. */
export interface FollowedActivity {
  readonly activity: Activity;
  /** To be called with what the feed tells, and without it where the feed has a gap. */
  readonly tell: (entry?: ToldEntry) => void;
  /** To be called when a look at the status begins, and `prune` with its answer. */
  readonly looks: () => void;
  /** Forgets the blocks that members have no more, after a return to an earlier state. */
  readonly prune: (status: EcosystemStatus) => void;
  readonly older: AskOlder;
}

export function useFollowedActivity(): FollowedActivity {
  const [activity, set] = useState<Activity>(new Map());
  const follower = useMemo(
    () =>
      new ActivityFollower({
        ask: (ranges) => ask<readonly ActivityBlock[]>("any", "hyperchain_activity", ranges === undefined ? [] : [ranges]),
        changed: set,
        later: (work) => void setTimeout(work, AGAIN_MS),
      }),
    [],
  );
  const older = useCallback<AskOlder>((...asked) => follower.older(...asked), [follower]);
  useEffect(() => follower.tell(), []);
  return {
    activity,
    tell: (entry) => follower.tell(entry),
    looks: () => follower.looks(),
    prune: (status) => follower.prune(status),
    older,
  };
}
