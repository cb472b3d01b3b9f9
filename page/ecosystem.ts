import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { ActInfo, EcosystemInfo, EcosystemStatus, ToldEntry, PagedMessages } from "./answers.ts";
import { followFeed } from "./feed.ts";
import { withProof } from "./proof-phases.ts";
import { ask } from "./rpc.ts";
import { SESSIONS_CHANGED } from "./sessions.ts";

/** Interval between polls while the page is visible and the feed is not connected. */
const LOOK_MS = 1_000;
/**
 * Minimum interval between polls, whatever the feed sends, because requests for the newest blocks, and their
 * drawing, have priority.
 */
const LEAST_BETWEEN_MS = 300;
/** A look takes this part of the time at most, so that a busy ecosystem is not kept busier by its readers. */
const MOST_SHARE = 1 / 3;
/**
 * Interval between polls while the feed is connected, for facts that change with time alone, such as a chain
 * that has become stuck.
 */
const QUIET_LOOK_MS = 10_000;

/** Messages that every look asks for. */
const MOST_MESSAGES = 200;

/** Data of the ecosystem that all pages share. */
export interface Ecosystem {
  readonly info: EcosystemInfo;
  readonly status: EcosystemStatus;
  /** The newest ones, and how many there are. */
  readonly messages: PagedMessages;
  /** Requests of clients other than transactions, the newest last. */
  readonly acts: readonly ActInfo[];
  /** Changes whenever anything of the ecosystem does. */
  readonly version: number;
  /** Why the last look failed; what is shown is from before it. */
  readonly lost: string | undefined;
}

export const EcosystemContext = createContext<Ecosystem | undefined>(undefined);

/** Throws where no page should be shown yet. */
export function useEcosystem(): Ecosystem {
  const ecosystem = useContext(EcosystemContext);
  if (ecosystem === undefined) throw new Error("the ecosystem has not answered yet");
  return ecosystem;
}

interface LookListeners {
  /** Receives an entry of the feed, or undefined for a gap. */
  readonly tell: (entry?: ToldEntry) => void;
  /** A look begins. */
  readonly begins: () => void;
  /** Receives the status in the answer. */
  readonly answered: (status: EcosystemStatus) => void;
}

/**
 * Polls the ecosystem after each event, while the page is visible. Undefined until the first answer; after it
 * the hook also reports missing answers.
 */
export function useLooks({ tell, begins, answered: tellStatus }: LookListeners): {
  readonly ecosystem: Ecosystem | undefined;
  readonly lost: string | undefined;
} {
  const [ecosystem, set] = useState<Ecosystem | undefined>(undefined);
  const [lost, setLost] = useState<string | undefined>(undefined);
  useEffect(() => {
    let ended = false;
    let looking = false;
    let wanted = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let seen: Pick<Ecosystem, "info" | "status" | "messages" | "acts"> | undefined;
    let version = 0;
    /** Entries about proofs since the start of the pending poll, which may not contain them. */
    let told: ToldEntry[] = [];
    const look = async (): Promise<boolean> => {
      told = [];
      begins();
      try {
        const [info, status, messages, acts] = await Promise.all([
          ask<EcosystemInfo>("any", "hyperchain_info"),
          ask<EcosystemStatus>("any", "hyperchain_status").then(withWholeSeconds),
          ask<PagedMessages>("any", "hyperchain_messages", [{ limit: MOST_MESSAGES }]),
          ask<readonly ActInfo[]>("any", "hyperchain_acts"),
        ]);
        tellStatus(status);
        const now = {
          info: asBefore(seen?.info, info),
          status: asBefore(seen?.status, status),
          messages: asBefore(seen?.messages, messages),
          acts: asBefore(seen?.acts, acts),
        };
        const { info: known, status: knownStatus } = seen ?? {};
        const isNew =
          now.info !== known || now.status !== knownStatus || now.messages !== seen?.messages || now.acts !== seen.acts;
        if (isNew) set({ ...now, status: told.reduce(withProof, now.status), version: ++version, lost: undefined });
        seen = now;
        setLost(undefined);
        return true;
      } catch (error) {
        setLost(error instanceof Error ? error.message : String(error));
        return false;
      }
    };
    /** One at a time; what happens meanwhile is looked at afterwards. */
    const again = async (): Promise<void> => {
      wanted = true;
      if (looking) return;
      looking = true;
      clearTimeout(timer);
      let answered = true;
      while (wanted && !ended && !document.hidden) {
        wanted = false;
        const began = performance.now();
        answered = await look();
        const took = performance.now() - began;
        const rest = Math.max(LEAST_BETWEEN_MS, took / MOST_SHARE) - took;
        if (answered) await new Promise((done) => setTimeout(done, rest));
      }
      looking = false;
      const pause = answered && feed.isOpen() ? QUIET_LOOK_MS : LOOK_MS;
      if (!ended && !document.hidden) timer = setTimeout(() => void again(), pause);
    };
    const wake = (): void => void again();
    const feed = followFeed((entry) => {
      tell(entry);
      if (entry?.type !== "proof") return wake();
      // It says all that there is to know: a look would ask for everything at each phase of each proof.
      told.push(entry);
      seen = undefined;
      set((known) => known && { ...known, status: withProof(known.status, entry) });
    });
    const lookAnew = (): void => {
      seen = undefined;
      wake();
    };
    document.addEventListener("visibilitychange", wake);
    addEventListener(SESSIONS_CHANGED, lookAnew);
    void again();
    return () => {
      ended = true;
      clearTimeout(timer);
      feed.end();
      document.removeEventListener("visibilitychange", wake);
      removeEventListener(SESSIONS_CHANGED, lookAnew);
    };
  }, []);
  return { ecosystem, lost };
}

/** The answer of before where the new one is equal: what is drawn from it need not be drawn again. */
function asBefore<T>(before: T | undefined, now: T): T {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

/** Maximum age of message data that counts as current. */
const UNREMARKABLE_MS = 3_000;

/** An age that is worth telling, in whole seconds: each look has another one, and most say nothing. */
function withWholeSeconds({ messages: { ageMs = 0, ...messages }, ...status }: EcosystemStatus): EcosystemStatus {
  if (ageMs <= UNREMARKABLE_MS) return { ...status, messages };
  return { ...status, messages: { ...messages, ageMs: Math.round(ageMs / 1000) * 1000 } };
}

/** An answer that is on its way, there, or refused. */
export type Asked<T> =
  | { readonly state: "waiting" }
  | { readonly state: "there"; readonly value: T }
  | { readonly state: "failed"; readonly reason: string };

/**
 * Sends a request when the page opens and whenever `keys` change; shows the earlier answer until the new one
 * arrives.
 */
export function useAsked<T>(question: () => Promise<T>, keys: readonly unknown[]): Asked<T> {
  const [asked, set] = useState<{ readonly subject: unknown; readonly answer: Asked<T> }>();
  const subject = keys[0];
  useEffect(() => {
    let isOld = false;
    question().then(
      (value) => isOld || set({ subject, answer: { state: "there", value } }),
      (error: unknown) =>
        isOld || set({ subject, answer: { state: "failed", reason: error instanceof Error ? error.message : String(error) } }),
    );
    return () => void (isOld = true);
  }, [...keys]);
  // What belongs to another subject is never shown under this one.
  return asked !== undefined && asked.subject === subject ? asked.answer : { state: "waiting" };
}
