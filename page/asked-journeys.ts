import { useCallback, useMemo, useState } from "preact/hooks";
import type { PagedMessages } from "./answers.ts";
import type { Begun } from "./filtered.ts";
import { Journeys, MAX_REQUESTED } from "./journeys.ts";
import { ask } from "./rpc.ts";

const AGAIN_MS = 2_000;

/** Messages by the transactions that began them, and what is to be told which transactions are shown; see `Journeys`. */
export function useJourneys(newest: PagedMessages): readonly [Begun, Journeys["shows"]] {
  const [answers, setAnswers] = useState(0);
  const journeys = useMemo(
    () =>
      new Journeys({
        ask: (hashes) => ask<PagedMessages>("any", "hyperchain_messages", [{ limit: MAX_REQUESTED, transaction: hashes }]),
        changed: () => setAnswers((before) => before + 1),
        later: (work) => void setTimeout(work, AGAIN_MS),
      }),
    [],
  );
  const begun = useMemo(() => journeys.begun(newest), [journeys, newest, answers]);
  const shows = useCallback<Journeys["shows"]>((...shown) => journeys.shows(...shown), [journeys]);
  return [begun, shows];
}
