import { olderBlocks, type KnownBlocks, type Reach } from "../../../devnet/view/feed/older-blocks.ts";
import type { ActivityBlock } from "../../../devnet/view/feed/activity.ts";

/** Blocks ahead that one look takes in. */
const AHEAD = 4;
/** As the page counts, so that a return to an earlier state is seen. */
type Newest = Readonly<Record<"number", number>> & { readonly hash: string };

/** What a look has found. */
interface Look {
  readonly blocks: readonly ActivityBlock[];
  /** Members that have gone back to an earlier state since. */
  readonly wentBack: readonly number[];
  /** Which blocks of each member the first look has found. */
  readonly known?: readonly KnownBlocks[];
}

/** Looks again and again at what happens on all members; the first look finds the newest blocks. */
export class ActivityFollower {
  readonly #ask: (ranges?: readonly unknown[]) => Promise<readonly ActivityBlock[]>;
  readonly #reach: Reach | undefined;
  readonly #newest = new Map<number, Newest>();

  /** `reach`: of the first look; default: as far as an answer has the newest blocks. */
  constructor(ask: (ranges?: readonly unknown[]) => Promise<readonly ActivityBlock[]>, reach?: Reach) {
    this.#ask = ask;
    this.#reach = reach;
  }

  /** `members`: ids of those that the ecosystem has now, where that may have changed. Rejects as what it asks. */
  async look(members?: readonly number[]): Promise<Look> {
    if (this.#newest.size === 0) return this.#first();
    const come = members === undefined ? [] : await this.#change(members);
    const ranges = [...this.#newest].map(([chain, { number }]) => ({ chain, from: number, to: number + AHEAD }));
    const found = await this.#ask(ranges);
    const wentBack: number[] = [];
    const news = [...come];
    for (const [chainId, { number, hash }] of this.#newest) {
      const ofMember = found.filter((block) => block.chainId === chainId);
      if (ofMember.some((block) => block.number === number && block.hash === hash))
        news.push(...ofMember.filter((block) => block.number > number));
      else wentBack.push(chainId);
    }
    if (wentBack.length > 0) {
      // What was told is not told again: what the member has now is where it goes on from.
      for (const block of await this.#ask()) if (wentBack.includes(block.chainId)) this.#take([block]);
    }
    return { blocks: this.#take(news), wentBack };
  }

  /** The newest blocks of all members, as far back as it reaches: they are told by their times, so the oldest come first. */
  async #first(): Promise<Look> {
    const newest = await this.#ask();
    const [blocks, reach] = [[...newest], this.#reach];
    let known = [...Map.groupBy(newest, ({ chainId }) => chainId)].map(([chainId, own]) => {
      const numbers = own.map(({ number }) => number);
      return { chainId, oldest: Math.min(...numbers), newest: Math.max(...numbers) };
    });
    if (reach === undefined) return { blocks: this.#take(blocks), wentBack: [], known };
    for (let asked = olderBlocks(known, reach); asked !== undefined; asked = olderBlocks(known, reach)) {
      blocks.push(...(await this.#ask(asked)));
      const oldest = new Map(asked.map(({ chain, from }) => [chain, from]));
      known = known.map((each) => ({ ...each, oldest: oldest.get(each.chainId) ?? each.oldest }));
    }
    // The newest ones of an answer may be more than were wanted.
    known = known.map((each) => ({ ...each, oldest: Math.max(each.oldest, each.newest + 1 - reach.blocks) }));
    const from = new Map(known.map(({ chainId, oldest }) => [chainId, oldest]));
    return {
      blocks: this.#take(blocks.filter(({ chainId, number }) => number >= (from.get(chainId) ?? 0))),
      wentBack: [],
      known,
    };
  }

  /** Forgets members that have gone; the newest blocks of those that have come. */
  async #change(members: readonly number[]): Promise<readonly ActivityBlock[]> {
    for (const chainId of this.#newest.keys()) if (!members.includes(chainId)) this.#newest.delete(chainId);
    if (members.every((chainId) => this.#newest.has(chainId))) return [];
    return (await this.#ask()).filter(({ chainId }) => !this.#newest.has(chainId));
  }

  #take(blocks: readonly ActivityBlock[]): readonly ActivityBlock[] {
    const sorted = blocks.toSorted(
      (a, b) => (a.at ?? a.timestamp * 1_000) - (b.at ?? b.timestamp * 1_000) || a.number - b.number,
    );
    const before = new Map(sorted.map(({ chainId }) => [chainId, -1]));
    for (const { chainId, number, hash } of sorted) {
      if (number <= (before.get(chainId) ?? -1)) continue;
      before.set(chainId, number);
      this.#newest.set(chainId, { number, hash });
    }
    return sorted;
  }
}
