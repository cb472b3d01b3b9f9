import type { ActivityBlock, EcosystemStatus, ToldEntry } from "./answers.ts";
import { olderBlocks, type KnownBlocks, type Reach } from "../src/devnet/view/feed/older-blocks.ts";
import { timeOf, type Activity } from "./happenings.ts";

/** Blocks of a member that are kept: an hour of one block every six seconds. Where older ones were asked for, as many as these. */
const MOST_BLOCKS = 600;
/** How far back older ones are asked for. */
export const MOST_BACK = 2_000;
/** Questions for older blocks at a time, where what was looked for is not in them. */
const MOST_OLDER = 5;
/** Of one question; see `hyperchain_activity`. */
const MOST_ASKED = 200;
/** Questions for a member that may fail one after the other: then all members' newest blocks are asked for, which none refuses. */
const MOST_FAILURES = 3;
/** As many as the ecosystem works at: a member whose blocks come slowly must not hold up the others'. */
const MOST_UNDER_WAY = 2;

/** What is taken in of a block's entry: the member, and its newest block. */
interface News {
  readonly chainId: number;
  readonly number: number;
  /** Where it was told with what happened in it. */
  readonly block?: ActivityBlock | undefined;
}

interface Range {
  readonly chain: number;
  readonly from: number;
  readonly to: number;
}

interface FollowerPorts {
  /** `hyperchain_activity`: of these ranges, or the newest of all members. */
  readonly ask: (ranges?: readonly Range[]) => Promise<readonly ActivityBlock[]>;
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
  #wanted: readonly News[] = [];
  #isAllWanted = false;
  #isAllAsked = false;
  #underWay = 0;
  /** Members that a question is under way for; also while it waits after a failure. */
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

  /** To be called when a look at the status begins: what is told meanwhile may be newer than its answer. */
  looks(): void {
    this.#knownThen = new Map([...this.#known].map(([chainId, blocks]) => [chainId, blocks.at(-1)?.number ?? 0]));
  }

  /** Forgets the blocks that members have no more, by the answer of that look. What it does not say, the members are asked. */
  prune({ chains }: EcosystemStatus): void {
    const gone = chains.filter(({ chainId, blockNumber }) => (this.#knownThen.get(chainId) ?? 0) > blockNumber);
    if (gone.length === 0) return;
    this.#wanted = [...this.#wanted, ...gone.map(({ chainId, blockNumber }) => ({ chainId, number: blockNumber + 1 }))];
    this.#go();
  }

  /**
   * Asks for blocks before those that are known of these members, as far as the page keeps them, until what was looked for is
   * among them, or for a thousand blocks. Rejects as what it asks.
   */
  async older(members: readonly number[], l1: Reach["l1"], isFound: (activity: Activity) => boolean): Promise<void> {
    for (let question = 0; question < MOST_OLDER; question++) {
      const ranges = olderBlocks(knownBlocks(this.#known, members), { blocks: MOST_BACK, l1 });
      if (ranges === undefined) return;
      const behind = ranges.map(({ chain, to }) => blockAt(this.#known, chain, to + 1));
      const blocks = await this.#ports.ask(ranges);
      ranges.forEach(({ chain, to }, i) => {
        // A member that has gone back to an earlier state meanwhile may have others there.
        if (behind[i] !== undefined && blockAt(this.#known, chain, to + 1) === behind[i]) takeOlder(this.#known, chain, blocks);
      });
      const activity = new Map(this.#known);
      this.#ports.changed(activity);
      if (isFound(activity)) return;
    }
  }

  #go(): void {
    // It answers what all others are for, so it stands alone.
    if (this.#isAllWanted) return this.#underWay === 0 ? void this.#ask(undefined) : undefined;
    this.#takeTold();
    if (this.#underWay >= MOST_UNDER_WAY) return;
    const news = this.#wanted.filter(({ chainId }) => !this.#asked.has(chainId));
    if (news.length > 0) void this.#ask(news);
  }

  /** Takes blocks that follow on what is known, of members that no question is under way for: its answer would be older. */
  #takeTold(): void {
    if (this.#isAllAsked) return;
    const before = this.#wanted;
    const left: News[] = [];
    for (const news of before) {
      const { chainId, number, block } = news;
      const isInTurn = !this.#asked.has(chainId) && !left.some((other) => other.chainId === chainId);
      const isNext = this.#known.get(chainId)?.at(-1)?.number === number - 1;
      if (block !== undefined && isInTurn && isNext) take(this.#known, [block]);
      else left.push(news);
    }
    this.#wanted = left;
    if (left.length < before.length) this.#ports.changed(new Map(this.#known));
  }

  /** Of these members, or of all. */
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
      for (const { chain, from } of ranges ?? [])
        this.#known.set(chain, this.#known.get(chain)?.filter(({ number }) => number < from) ?? []);
      take(this.#known, blocks);
      this.#ports.changed(new Map(this.#known));
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

/** What is to be asked for: from the block behind the newest known one, or the named one where that comes again, on. */
function rangesOf(news: readonly News[], known: ReadonlyMap<number, readonly ActivityBlock[]>): readonly Range[] {
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
function take(known: Map<number, readonly ActivityBlock[]>, blocks: readonly ActivityBlock[]): void {
  const byMember = Map.groupBy(blocks, ({ chainId }) => chainId);
  for (const [chainId, found] of byMember) {
    const sorted = found.toSorted((a, b) => a.number - b.number);
    const first = sorted[0]?.number ?? 0;
    const all = (known.get(chainId) ?? []).filter(({ number }) => number < first);
    for (const block of sorted) all.push(inOrder(block, all.at(-1)));
    known.set(chainId, all.slice(-Math.max(MOST_BLOCKS, known.get(chainId)?.length ?? 0)));
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

function blockAt(activity: Activity, chainId: number, number: number): ActivityBlock | undefined {
  return activity.get(chainId)?.find((block) => block.number === number);
}

/** Of these members, the blocks in a row up to the newest one: where the feed had a gap, those before it are asked for, too. */
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
