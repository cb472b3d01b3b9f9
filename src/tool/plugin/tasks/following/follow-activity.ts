import type { ActivityBlock } from "../../../../ecosystem/devnet/view/feed/activity.ts";
import type { TransactionsPage } from "../../../../ecosystem/devnet/view/transactions/transactions-page.ts";

/** Blocks ahead that one look takes in. */
const AHEAD = 4;
/** Newest block number and its hash, as on the page, so that a return to an earlier state is visible. */
type Newest = Readonly<Record<"number", number>> & { readonly hash: string };

/** Result of one poll. */
interface Look {
  readonly blocks: readonly ActivityBlock[];
  /** Members that have gone back to an earlier state since. */
  readonly wentBack: readonly number[];
  /** Entries of the first poll only. */
  readonly first?: FirstLook;
}

/** Transactions that the first look has found. */
export interface FirstLook {
  /** Number of users' transactions. */
  readonly transactions: number;
  /** True if there are no older ones. */
  readonly isAll: boolean;
}

interface FollowerPorts {
  /** `hyperchain_activity`. */
  readonly ask: (ranges?: readonly unknown[]) => Promise<readonly ActivityBlock[]>;
  /** `hyperchain_transactions`. */
  readonly askOlder: (page: object) => Promise<TransactionsPage>;
}

/** Transactions of one page, which `hyperchain_transactions` limits. */
const MAX_PAGE = 100;

/** Looks again and again at what happens on all members; the first look finds the newest transactions of users. */
export class ActivityFollower {
  readonly #ask: FollowerPorts["ask"];
  readonly #askOlder: FollowerPorts["askOlder"];
  readonly #transactions: number;
  readonly #newest = new Map<number, Newest>();

  /** `transactions`: number of users' transactions that the first look tells; whole blocks, so perhaps a few more. */
  constructor({ ask, askOlder }: FollowerPorts, transactions: number) {
    this.#ask = ask;
    this.#askOlder = askOlder;
    this.#transactions = transactions;
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
      // Printed blocks are not printed again: the member's present state is the new starting point.
      for (const block of await this.#ask()) if (wentBack.includes(block.chainId)) this.#take([block]);
    }
    return { blocks: this.#take(news), wentBack };
  }

  /** Users' newest transactions, and the newest blocks of all members, which hold what chains did. The oldest come first. */
  async #first(): Promise<Look> {
    const newest = await this.#ask();
    const { blocks, first } = await this.#users();
    const known = new Set(blocks.map(keyOf));
    const others = newest.filter((block) => !known.has(keyOf(block)) && usersOf(block) === 0);
    const told = this.#take([...blocks, ...others]);
    for (const { chainId, number, hash } of newest)
      if (number >= (this.#newest.get(chainId)?.number ?? 0)) this.#newest.set(chainId, { number, hash });
    return { blocks: told, wentBack: [], first };
  }

  async #users(): Promise<{ readonly blocks: readonly ActivityBlock[]; readonly first: FirstLook }> {
    const blocks: ActivityBlock[] = [];
    let transactions = 0;
    let before: TransactionsPage["next"];
    do {
      const limit = Math.min(MAX_PAGE, this.#transactions - transactions);
      const page = await this.#askOlder({ limit, ...(before === undefined ? {} : { before }) });
      blocks.push(...page.blocks);
      transactions += page.blocks.reduce((sum, block) => sum + usersOf(block), 0);
      before = page.next;
    } while (before !== undefined && transactions < this.#transactions);
    return { blocks, first: { transactions, isAll: before === undefined } };
  }

  /** Forgets removed members; stores the newest blocks of added ones. */
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

function keyOf({ chainId, number }: ActivityBlock): string {
  return `${chainId}:${number}`;
}

function usersOf({ transactions }: ActivityBlock): number {
  return transactions.filter(({ by }) => by === "user").length;
}
