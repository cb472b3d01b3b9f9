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
  readonly nowMs: () => number;
}

/** Readings in a row after which a state that goes back again and again is left to the next look. */
const MOST_READINGS = 8;

interface Member {
  readonly chainId: ChainId;
  readonly view: ChainView;
  readonly read: (withinMs?: number) => Promise<void>;
}

/**
 * Fills books with what is new on L1 and chains. What is read of a member is taken whole or not at all. Those that ask while it
 * is read share the next reading. What a chain tells by itself is taken when it does.
 */
export class Reading<Begun> {
  readonly #dependencies: ReadingDependencies<Begun>;
  readonly #unread: UnreadEvents;
  readonly #books: StandingOfBooks;
  readonly #layer: (withinMs?: number) => Promise<void>;
  readonly #members: readonly Member[];
  readonly #ends: readonly (() => void)[];
  #hasNews = false;
  /** Of L1's block up to which all was read. */
  #readHash: string | undefined;

  constructor(chains: readonly ReadChain[], dependencies: ReadingDependencies<Begun>) {
    this.#dependencies = dependencies;
    this.#unread = new UnreadEvents(dependencies.take);
    this.#books = new StandingOfBooks(["L1", ...chains.map(nameOf)], dependencies.nowMs);
    this.#layer = this.#books.noted("L1", () => this.#readLayer());
    this.#members = chains.map((chain) => {
      const { chainId, provider, news } = chain;
      const view = new ChainView({ chainId }, { provider, news });
      return { chainId, view, read: this.#books.noted(nameOf(chain), () => this.#readChain(chainId, view)) };
    });
    this.#ends = this.#members.flatMap(({ chainId, view }, i) => {
      const told = (block: BlockNews): void => this.#takeTold(chainId, view, block);
      return chains[i]?.news?.follow(told, () => view.returned()) ?? [];
    });
  }

  /**
   * All members beside each other. Resolves with what those failed with that could not be read, or did not answer within their
   * time: what others said is taken.
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

  /** As `all` where the books are void; else there is nothing to wait for, and what chains have told is taken. */
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

  /** What cannot be taken now is taken, and its reason told, by the next reading. */
  #takeTold(chainId: ChainId, view: ChainView, block: BlockNews): void {
    try {
      this.#takeEvents(chainId, view.tell(block));
    } catch {
      // The chain that tells has no part in it.
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

/** What of all that fails with, when all have ended. */
async function failuresOf(works: readonly Promise<void>[]): Promise<readonly unknown[]> {
  const outcomes = await Promise.allSettled(works);
  return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
}
