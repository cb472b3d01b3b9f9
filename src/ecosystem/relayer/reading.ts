import type { Provider } from "ethers";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import { StandingOfBooks, type BooksStanding } from "./books-standing.ts";
import type { ChainNews, BlockNews } from "./chain-news.ts";
import { ChainView, type ChainEvent } from "./chain-view.ts";
import { UnreadEvents } from "./unread-events.ts";

/** The newest block of L1 that was looked at. */
export interface L1Head {
  readonly blockNumber: number;
  /** Seconds. */
  readonly timestamp: bigint;
}

interface ReadChain {
  readonly chainId: ChainId;
  readonly provider: Provider;
  readonly news: ChainNews | undefined;
}

interface ReadingDependencies<Begun> {
  readonly l1: Provider;
  readonly isL1Here: boolean;
  readonly l1View: L1View;
  /** Takes the next event of a chain. */
  readonly take: (chainId: ChainId, event: ChainEvent) => void;
  /** Reads more of L1, up to this block. */
  readonly readL1: (head: L1Head) => Promise<void>;
  /** All members begin to be read: what holds from then on. */
  readonly begin: () => Begun;
  /** Called after a chain was read, with the start of the reading. Data of an outdated state are dropped. */
  readonly onChainRead: (chainId: ChainId, begun: Begun) => void;
  /** Something new was taken. */
  readonly onRead: () => void;
  /** Drops all data, if a member has left the state in which they were read. */
  readonly forget: () => void;
  readonly nowMs: () => number;
}

/** Maximum number of consecutive readings; a state that rewinds repeatedly is left to the next look. */
const MOST_READINGS = 8;

interface Member {
  readonly chainId: ChainId;
  readonly view: ChainView;
  readonly read: (withinMs?: number) => Promise<void>;
}

/**
 * Fills books with new data of L1 and chains. Data of a member are processed as a whole or not at all.
 * Requests during a reading share the next one. Notifications of a chain are processed immediately.
 */
export class Reading<Begun> {
  readonly #dependencies: ReadingDependencies<Begun>;
  readonly #unread: UnreadEvents;
  readonly #books: StandingOfBooks;
  readonly #layer: (withinMs?: number) => Promise<void>;
  readonly #members: readonly Member[];
  readonly #ends: readonly (() => void)[];
  #hasNews = false;
  /** Hash of the last L1 block whose events were all read. */
  #readHash: string | undefined;

  constructor(chains: readonly ReadChain[], dependencies: ReadingDependencies<Begun>) {
    this.#dependencies = dependencies;
    this.#unread = new UnreadEvents(dependencies.take);
    this.#books = new StandingOfBooks(["L1", ...chains.map(nameOf)], dependencies.nowMs);
    this.#layer = this.#books.noted("L1", dependencies.isL1Here, () => this.#readLayer());
    this.#members = chains.map((chain) => {
      const { chainId, provider, news } = chain;
      const view = new ChainView({ chainId }, { provider, news });
      const isHere = news !== undefined;
      return { chainId, view, read: this.#books.noted(nameOf(chain), isHere, () => this.#readChain(chainId, view)) };
    });
    this.#ends = this.#members.flatMap(({ chainId, view }, i) => {
      const told = (block: BlockNews): void => this.#takeTold(chainId, view, block);
      return chains[i]?.news?.follow(told, () => view.returned()) ?? [];
    });
  }

  /**
   * Reads all members concurrently. Resolves with the errors of those that could not be read, or did not
   * answer in time: the data of the others are processed.
   */
  async all(withinMs?: number): Promise<readonly unknown[]> {
    let failures: readonly unknown[] = [];
    for (let time = 0; time < MOST_READINGS; time++) {
      const { era } = this.#books;
      const begun = this.#dependencies.begin();
      const works = this.#members.map((member) => this.#readMember(member, begun, withinMs));
      failures = await failuresOf([this.#layer(withinMs), ...works]);
      if (era !== this.#books.era) continue;
      this.#books.filled();
      break;
    }
    this.#tell();
    return failures;
  }

  /** One chain. Rejects with its provider's error. */
  async chain(chainId: ChainId): Promise<void> {
    await this.#members.find((member) => member.chainId === chainId)?.read();
    this.#tell();
  }

  /**
   * Reads all if the books are void; otherwise there is nothing to wait for, and the notifications of chains
   * are processed.
   */
  async unlessFilled(withinMs: number): Promise<void> {
    if (!this.#books.areFilled) await this.all(withinMs);
    this.#tell();
  }

  standing(): BooksStanding {
    return this.#books.standing(this.#members.filter(({ view }) => view.isCurrent).map(nameOf));
  }

  /** Chains tell nothing more. */
  end(): void {
    for (const end of this.#ends) end();
  }

  #forget(): void {
    this.#books.forget();
    this.#unread.clear();
    for (const { view } of this.#members) view.forget();
    this.#dependencies.forget();
    this.#readHash = undefined;
    this.#hasNews = true;
  }

  async #readLayer(): Promise<void> {
    const { l1, l1View, readL1 } = this.#dependencies;
    const head = await l1.getBlock("latest");
    // L1 may have had a newer block when the view looked, and have returned to this one since.
    const isRead = head !== null && head.hash === this.#readHash && head.hash === l1View.readUpTo;
    if (isRead && !l1View.hasUnread) return;
    if (await l1View.poll()) this.#forget();
    if (head === null) return;
    await readL1({ blockNumber: head.number, timestamp: BigInt(head.timestamp) });
    this.#readHash = head.hash ?? undefined;
    this.#hasNews = true;
  }

  async #readChain(chainId: ChainId, view: ChainView): Promise<void> {
    const { era } = this.#books;
    const { events, isAnew } = await view.poll();
    if (era !== this.#books.era) return;
    // All chains are read again from their first blocks.
    if (isAnew) return this.#forget();
    this.#takeEvents(chainId, events);
  }

  async #readMember({ chainId, read }: Member, begun: Begun, withinMs?: number): Promise<void> {
    await read(withinMs);
    this.#dependencies.onChainRead(chainId, begun);
  }

  #takeEvents(chainId: ChainId, events: readonly ChainEvent[]): void {
    if (events.length === 0 && this.#unread.isEmpty) return;
    this.#hasNews = true;
    this.#unread.add(chainId, events);
    this.#unread.takeAll();
  }

  /** Processes a notification. If that fails, the next reading processes it and reports the reason. */
  #takeTold(chainId: ChainId, view: ChainView, block: BlockNews): void {
    try {
      this.#takeEvents(chainId, view.tell(block));
    } catch {
      // The chain that sends the notification ignores the error.
    }
  }

  #tell(): void {
    if (this.#hasNews) this.#dependencies.onRead();
    this.#hasNews = false;
  }
}

function nameOf({ chainId }: Pick<ReadChain, "chainId">): string {
  return `chain ${chainId}`;
}

/** Errors of all works, after all have ended. */
async function failuresOf(works: readonly Promise<void>[]): Promise<readonly unknown[]> {
  const outcomes = await Promise.allSettled(works);
  return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
}
