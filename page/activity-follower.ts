import type { ActivityBlock, EcosystemStatus, ToldEntry, TransactionsPage } from "./answers.ts";
import { timeOf, type Activity } from "./happenings.ts";

/** Newest blocks of a member that are kept: an hour of one block every six seconds. */
const MOST_BLOCKS = 600;
/** Older blocks of a member that are kept, with transactions of users alone. */
const MAX_OLDER_BLOCKS = 2_000;
/** Pages of older transactions that one press asks for, if what is looked for is not in them. */
const MAX_PAGES = 10;
/** Maximum blocks of one request; see `hyperchain_activity`. */
const MAX_REQUESTED = 200;
/**
 * Maximum consecutive failures of requests for a member. After it the page requests all members' newest
 * blocks, which no member refuses.
 */
const MOST_FAILURES = 3;
/**
 * Number of requests that the ecosystem processes at a time: a member with slow blocks must not delay the
 * others.
 */
const MOST_UNDER_WAY = 2;

/** Part of a block's entry that the follower uses: the member, and its newest block. */
interface News {
  readonly chainId: number;
  readonly number: number;
  /** Block with its transactions, if the feed sent it. */
  readonly block?: ActivityBlock | undefined;
}

interface Range {
  readonly chain: number;
  readonly from: number;
  readonly to: number;
}

/** A member's blocks in a row, without a gap, up to the newest one. */
interface KnownBlocks {
  readonly chainId: number;
  readonly oldest: number;
  readonly newest: number;
}

interface FollowerPorts {
  /** `hyperchain_activity`: of these ranges, or the newest of all members. */
  readonly ask: (ranges?: readonly Range[]) => Promise<readonly ActivityBlock[]>;
  /** `hyperchain_transactions`: before these blocks, by chain ids. */
  readonly askOlder: (before: Readonly<Record<string, number>>) => Promise<TransactionsPage>;
  readonly changed: (activity: Activity) => void;
  /** Does something a moment later. */
  readonly later: (work: () => void) => void;
}

/**
 * Takes blocks that the feed tells with what happened in them, and asks for the others, one question at a time for each member, so
 * that its blocks come in order; what a question that failed was for is asked again.
 */
export class ActivityFollower {
  readonly #ports: FollowerPorts;
  readonly #known = new Map<number, readonly ActivityBlock[]>();
  /** Number from which onwards all users' blocks of a member are known, if that is before the blocks in a row; 0: all. */
  readonly #reached = new Map<number, number>();
  /** Returns of each member to an earlier state, or gaps. */
  readonly #breaks = new Map<number, number>();
  #wanted: readonly News[] = [];
  #isAllWanted = false;
  #isAllAsked = false;
  #underWay = 0;
  /** Members with a pending request, also during the wait after a failure. */
  readonly #asked = new Set<number>();
  readonly #failures = new Map<number, number>();
  /** Each member's newest block that was known when a look at the status began. */
  #knownThen: ReadonlyMap<number, number> = new Map();

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
  }

  /** To be called with what the feed tells, and without it where the feed has a gap. */
  tell(entry?: ToldEntry): void {
    if (entry === undefined) this.#isAllWanted = true;
    else if (entry.type === "block" && entry.chainId !== undefined && entry.number !== undefined)
      this.#wanted = [...this.#wanted, { chainId: entry.chainId, number: entry.number, block: entry.block }];
    this.#go();
  }

  /** Marks the start of a status request, because feed entries after it may be newer than its answer. */
  looks(): void {
    this.#knownThen = new Map([...this.#known].map(([chainId, blocks]) => [chainId, blocks.at(-1)?.number ?? 0]));
  }

  /**
   * Forgets blocks that members no longer have, by the answer to that request. The missing facts are
   * requested from the members.
   */
  prune({ chains }: EcosystemStatus): void {
    const gone = chains.filter(({ chainId, blockNumber }) => (this.#knownThen.get(chainId) ?? 0) > blockNumber);
    if (gone.length === 0) return;
    this.#wanted = [...this.#wanted, ...gone.map(({ chainId, blockNumber }) => ({ chainId, number: blockNumber + 1 }))];
    this.#go();
  }

  /**
   * Asks for older transactions of users on these members, page by page, until what is looked for is among them. Rejects as what
   * it asks.
   */
  async older(members: readonly number[], isFound: (activity: Activity) => boolean): Promise<void> {
    for (let page = 0; page < MAX_PAGES; page++) {
      const before = this.#olderPlaces(members);
      if (before.size === 0) return;
      const breaks = new Map(this.#breaks);
      const { blocks, next = {} } = await this.#ports.askOlder(Object.fromEntries(before));
      for (const chainId of before.keys()) {
        // A member that has gone back to an earlier state since then may have others there.
        if (this.#breaks.get(chainId) !== breaks.get(chainId)) continue;
        takeOlder(this.#known, chainId, blocks);
        this.#reached.set(chainId, next[chainId] ?? 0);
      }
      const activity = new Map(this.#known);
      this.#ports.changed(activity);
      if (isFound(activity)) return;
    }
  }

  /**
   * Extent of the known transactions of these members' users: all of them, as many as the page stores, or
   * some.
   */
  reach(members: readonly number[]): "all" | "most" | "some" {
    const blocks = knownBlocks(this.#known, members);
    if (blocks.every(({ chainId, oldest }) => oldest === 0 || this.#reached.get(chainId) === 0)) return "all";
    return this.#olderPlaces(members).size === 0 ? "most" : "some";
  }

  /** Block before which each member is asked for older ones, of those that have some and room for them. */
  #olderPlaces(members: readonly number[]): ReadonlyMap<number, number> {
    const places = knownBlocks(this.#known, members).map(({ chainId, oldest }) => {
      return [chainId, Math.min(oldest, this.#reached.get(chainId) ?? oldest)] as const;
    });
    const hasRoom = (chainId: number): boolean => (this.#known.get(chainId)?.length ?? 0) < MOST_BLOCKS + MAX_OLDER_BLOCKS;
    return new Map(places.filter(([chainId, place]) => place > 0 && hasRoom(chainId)));
  }

  /** Marks a gap between the stored blocks and the new ones. */
  #break(chainId: number): void {
    this.#reached.delete(chainId);
    this.#breaks.set(chainId, (this.#breaks.get(chainId) ?? 0) + 1);
  }

  /** Takes blocks of an answer; a gap before them is asked for as older ones are. */
  #take(blocks: readonly ActivityBlock[]): void {
    for (const [chainId, found] of Map.groupBy(blocks, (block) => block.chainId)) {
      const newest = this.#known.get(chainId)?.at(-1)?.number;
      const first = Math.min(...found.map(({ number }) => number));
      if (newest !== undefined && first > newest + 1) this.#break(chainId);
    }
    this.#put(blocks);
  }

  #put(blocks: readonly ActivityBlock[]): void {
    take(this.#known, blocks);
    for (const [chainId, [oldest, ...others]] of this.#known)
      if (oldest !== undefined && others.length >= MOST_BLOCKS + MAX_OLDER_BLOCKS - 1) this.#reached.set(chainId, oldest.number);
  }

  #go(): void {
    // This request includes all others, so it runs alone.
    if (this.#isAllWanted) return this.#underWay === 0 ? void this.#ask(undefined) : undefined;
    this.#takeTold();
    if (this.#underWay >= MOST_UNDER_WAY) return;
    const news = this.#wanted.filter(({ chainId }) => !this.#asked.has(chainId));
    if (news.length > 0) void this.#ask(news);
  }

  /**
   * Takes blocks that follow the stored ones, of members without a pending request, whose answer would be
   * older.
   */
  #takeTold(): void {
    if (this.#isAllAsked) return;
    const before = this.#wanted;
    const left: News[] = [];
    for (const news of before) {
      const { chainId, number, block } = news;
      const isInTurn = !this.#asked.has(chainId) && !left.some((other) => other.chainId === chainId);
      const isNext = this.#known.get(chainId)?.at(-1)?.number === number - 1;
      if (block !== undefined && isInTurn && isNext) this.#put([block]);
      else left.push(news);
    }
    this.#wanted = left;
    if (left.length < before.length) this.#ports.changed(new Map(this.#known));
  }

  /** Requests the news of these members, or of all. */
  async #ask(news: readonly News[] | undefined): Promise<void> {
    const members = new Set(news?.map(({ chainId }) => chainId));
    const places = news === undefined ? MOST_UNDER_WAY : 1;
    for (const chainId of members) this.#asked.add(chainId);
    this.#underWay += places;
    if (news === undefined) this.#isAllAsked = true;
    const isAnswered = await this.#answered(news, members);
    const end = (): void => {
      this.#isAllAsked = false;
      for (const chainId of members) this.#asked.delete(chainId);
      this.#underWay -= places;
      this.#go();
    };
    if (isAnswered) end();
    else this.#ports.later(end);
  }

  /** Whether it was answered; if not, all that it was for is still wanted. */
  async #answered(news: readonly News[] | undefined, members: ReadonlySet<number>): Promise<boolean> {
    const ranges = news === undefined ? undefined : rangesOf(news, this.#known);
    this.#wanted = news === undefined ? [] : this.#wanted.filter(({ chainId }) => !members.has(chainId));
    if (news === undefined) this.#isAllWanted = false;
    try {
      const blocks = await this.#ports.ask(ranges);
      for (const chainId of news === undefined ? [...this.#failures.keys()] : members) this.#failures.delete(chainId);
      for (const { chain, from } of ranges ?? []) {
        const before = this.#known.get(chain) ?? [];
        const left = before.filter(({ number }) => number < from);
        if (left.length < before.length) this.#break(chain);
        this.#known.set(chain, left);
      }
      this.#take(blocks);
      this.#ports.changed(new Map(this.#known));
      // A feed of the newest blocks alone would show nothing of what users did some minutes ago.
      if (news === undefined) void this.older([...this.#known.keys()], () => true).catch(() => undefined);
      return true;
    } catch {
      for (const chainId of members) this.#failures.set(chainId, (this.#failures.get(chainId) ?? 0) + 1);
      // What a member refuses for good, since it was stopped or removed, must not keep the others' blocks away.
      const isRefused = [...members].some((chainId) => (this.#failures.get(chainId) ?? 0) >= MOST_FAILURES);
      if (news === undefined || isRefused) this.#isAllWanted = true;
      else this.#wanted = [...news, ...this.#wanted];
      return false;
    }
  }
}

/**
 * Ranges to request: from the block after the newest stored one, or from the named one if that block was
 * replaced.
 */
function rangesOf(news: readonly News[], known: ReadonlyMap<number, readonly ActivityBlock[]>): readonly Range[] {
  const ends = new Map<number, { from: number; to: number }>();
  for (const { chainId, number } of news) {
    const newest = known.get(chainId)?.at(-1)?.number;
    const from = newest === undefined ? number : Math.min(newest + 1, number);
    const before = ends.get(chainId);
    const to = Math.max(number, before?.to ?? number, from <= (newest ?? -1) ? (newest ?? 0) : 0);
    ends.set(chainId, { from: Math.min(from, before?.from ?? from), to });
  }
  const most = Math.floor(MAX_REQUESTED / Math.max(1, ends.size));
  return [...ends].map(([chain, { from, to }]) => ({ chain, from: Math.max(from, to - most + 1), to }));
}

/** Inserts blocks; a block with a stored number replaces that block and all after it. */
function take(known: Map<number, readonly ActivityBlock[]>, blocks: readonly ActivityBlock[]): void {
  const byMember = Map.groupBy(blocks, ({ chainId }) => chainId);
  for (const [chainId, found] of byMember) {
    const sorted = found.toSorted((a, b) => a.number - b.number);
    const first = sorted[0]?.number ?? 0;
    const all = (known.get(chainId) ?? []).filter(({ number }) => number < first);
    for (const block of sorted) all.push(inOrder(block, all.at(-1)));
    const older = all.slice(0, -MOST_BLOCKS).filter(hasUsers);
    known.set(chainId, [...older.slice(-MAX_OLDER_BLOCKS), ...all.slice(-MOST_BLOCKS)]);
  }
}

function takeOlder(known: Map<number, readonly ActivityBlock[]>, chain: number, blocks: readonly ActivityBlock[]): void {
  const before = known.get(chain) ?? [];
  const numbers = new Set(before.map(({ number }) => number));
  const older = blocks.filter(({ chainId, number }) => chainId === chain && !numbers.has(number));
  const all: ActivityBlock[] = [];
  for (const block of [...older, ...before].sort((a, b) => a.number - b.number)) all.push(inOrder(block, all.at(-1)));
  known.set(chain, all);
}

function hasUsers({ transactions }: ActivityBlock): boolean {
  return transactions.some(({ by }) => by === "user");
}

/**
 * Contiguous blocks of these members up to the newest one. The blocks before a gap of the feed are requested
 * too.
 */
export function knownBlocks(activity: Activity, members: readonly number[]): readonly KnownBlocks[] {
  return members.flatMap((chainId) => {
    const blocks = activity.get(chainId) ?? [];
    const newest = blocks.at(-1)?.number;
    if (newest === undefined) return [];
    const gap = blocks.findLastIndex(({ number }, i) => number !== newest - (blocks.length - 1 - i));
    return [{ chainId, oldest: blocks[gap + 1]?.number ?? newest, newest }];
  });
}

/** A block whose time nothing told has a whole second, in which the one before it came later: it takes that one's time. */
function inOrder(block: ActivityBlock, before: ActivityBlock | undefined): ActivityBlock {
  const isBefore = block.at === undefined && before?.at !== undefined && timeOf(block) < before.at;
  return isBefore ? { ...block, at: before.at } : block;
}
