import type { Provider } from "ethers";
import { HyperchainError } from "../errors/hyperchain-error.ts";
import type { ChainId } from "../protocol/ids.ts";
import { newestRun } from "../runtime/newest-run.ts";
import type { L1View } from "../settlement-layer/reader/l1-view.ts";
import { ChainView } from "./chain-view.ts";
import type { ChainEvent } from "./chain-view.ts";
import { UnreadEvents } from "./unread-events.ts";

/** The newest block of L1 that was looked at. */
export interface L1Head {
  readonly blockNumber: number;
  /** Seconds. */
  readonly timestamp: bigint;
}

/** A member has not answered for so long; what is known of it stands. */
export class MemberSilentError extends HyperchainError<"MemberSilent"> {
  override readonly name = "MemberSilentError";

  constructor(member: string, waitedMs: number) {
    super("MemberSilent", `${member} has not answered for ${waitedMs / 1000} s: what is known of it is older`);
  }
}

interface ReadChain {
  readonly chainId: ChainId;
  readonly provider: Provider;
  readonly tip: (() => unknown) | undefined;
}

interface ReadingDependencies<Begun> {
  readonly l1: Provider;
  readonly l1View: L1View;
  /** Takes the next event of a chain. */
  readonly take: (chainId: ChainId, event: ChainEvent) => void;
  /** Reads more of L1, up to this block. */
  readonly readL1: (head: L1Head) => Promise<void>;
  /** All members begin to be read: what holds from then on. */
  readonly begin: () => Begun;
  /** A chain was read, by a reading that began so. What was known of it before, and is gone, is forgotten. */
  readonly onChainRead: (chainId: ChainId, begun: Begun) => void;
  /** Something new was taken. */
  readonly onRead: () => void;
  /** What was taken belongs to a state that is gone, on one of the members at least. */
  readonly forget: () => void;
}

/** Fills books with what is new on L1 and chains. */
interface Reading {
  /**
   * All members beside each other. Resolves with what those failed with that could not be read, or did not answer within their
   * time: what others said is taken.
   */
  all(withinMs?: number): Promise<readonly unknown[]>;
  /** One chain. Rejects with its provider's error. */
  chain(chainId: ChainId): Promise<void>;
}

/** Readings in a row after which a state that goes back again and again is left to the next look. */
const MOST_READINGS = 8;

/** What is read of a member is taken whole or not at all. Those that ask while it is read share the next reading. */
export function createReading<Begun>(chains: readonly ReadChain[], dependencies: ReadingDependencies<Begun>): Reading {
  const { l1, l1View, take, readL1, begin, onChainRead, onRead } = dependencies;
  const unread = new UnreadEvents(take);
  const views = chains.map(({ chainId, provider, tip }) => ({ chainId, view: new ChainView({ chainId }, { provider, tip }) }));
  /** How often everything was forgotten. */
  let [timesForgotten, hasNews] = [0, false];
  let readHash: string | undefined;

  function forget(): void {
    timesForgotten++;
    unread.clear();
    for (const { view } of views) view.forget();
    dependencies.forget();
    readHash = undefined;
    hasNews = true;
  }

  async function readLayer(): Promise<void> {
    const head = await l1.getBlock("latest");
    if (head !== null && head.hash === readHash && !l1View.hasUnread) return;
    if (await l1View.poll()) forget();
    if (head === null) return;
    await readL1({ blockNumber: head.number, timestamp: BigInt(head.timestamp) });
    readHash = head.hash ?? undefined;
    hasNews = true;
  }

  async function readChain({ chainId, view }: (typeof views)[number]): Promise<void> {
    const before = timesForgotten;
    const { events, isAnew } = await view.poll();
    if (before !== timesForgotten) return;
    // All chains are read again from their first blocks.
    if (isAnew) return forget();
    if (events.length === 0 && unread.isEmpty) return;
    hasNews = true;
    unread.add(chainId, events);
    unread.takeAll();
  }

  const layer = newestRun(readLayer);
  const members = views.map((each) => [each.view.chainId, newestRun(() => readChain(each))] as const);
  const readMember = async ([chainId, read]: (typeof members)[number], begun: Begun, withinMs?: number): Promise<void> => {
    await answerWithin(read(), `chain ${chainId}`, withinMs);
    onChainRead(chainId, begun);
  };

  function tell(): void {
    if (hasNews) onRead();
    hasNews = false;
  }

  return {
    async all(withinMs) {
      let failures: readonly unknown[] = [];
      for (let time = 0; time < MOST_READINGS; time++) {
        const before = timesForgotten;
        const begun = begin();
        const works = members.map((member) => readMember(member, begun, withinMs));
        failures = await failuresOf([answerWithin(layer(), "L1", withinMs), ...works]);
        if (before === timesForgotten) break;
      }
      tell();
      return failures;
    },
    async chain(chainId) {
      await members.find(([member]) => member === chainId)?.[1]();
      tell();
    },
  };
}

/** What of all that fails with, when all have ended. */
async function failuresOf(works: readonly Promise<void>[]): Promise<readonly unknown[]> {
  const outcomes = await Promise.allSettled(works);
  return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
}

/** Rejects with MemberSilentError where a member has not answered by then; what it answers later is dropped. */
export async function answerWithin<Answer>(
  answer: Promise<Answer>,
  member: string,
  withinMs: number | undefined,
): Promise<Answer> {
  if (withinMs === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new MemberSilentError(member, withinMs)), withinMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
