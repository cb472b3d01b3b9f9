import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { hexQuantity } from "../../../../ground/protocol/hex.ts";
import { activity, type ActivityBlock, type ActivityDependencies } from "../feed/activity.ts";
import type { AskMember } from "../feed/step-times.ts";
import type { UsersBlock, UsersBlocks } from "./users-blocks.ts";

/** Answer of `hyperchain_transactions`. */
export interface TransactionsPage {
  /** Blocks with transactions of users, the newest first. */
  readonly blocks: readonly ActivityBlock[];
  /** Block numbers by chain id: `before` of the next page. Absent on the last page; earlier ones can also be empty. */
  readonly next?: Readonly<Record<string, number>>;
}

const DEFAULT_TRANSACTIONS = 25;
const MAX_TRANSACTIONS = 100;

/** Question for a page. */
interface PageRequest {
  readonly limit: number;
  /** Block before which each member is looked at; undefined for the newest ones. */
  readonly places: ReadonlyMap<number, number | undefined>;
}

/** Reads `{before, limit, chain}`. `members`: ids of those that the client may read. Throws RpcError. */
export function pageRequest(request: unknown, members: readonly number[], idOf: (chain: unknown) => number): PageRequest {
  const { before, limit = DEFAULT_TRANSACTIONS, chain } = objectOf(request);
  if (typeof limit !== "number" || !Number.isSafeInteger(limit) || limit < 1 || limit > MAX_TRANSACTIONS)
    throw refusal(`"limit", 1 to ${MAX_TRANSACTIONS}`);
  const wanted = chain === undefined || chain === null ? members : [idOf(chain)];
  if (before === undefined || before === null) return { limit, places: new Map(wanted.map((id) => [id, undefined])) };
  const places = Object.entries(objectOf(before)).map(([id, block]) => [Number(id), block] as const);
  const isPlace = ([id, block]: readonly [number, unknown]): boolean =>
    Number.isSafeInteger(id) && typeof block === "number" && Number.isSafeInteger(block) && block >= 0;
  if (!places.every(isPlace)) throw refusal(`"before", the "next" of an earlier answer`);
  // A member that was removed since then, or that the client may not read, has no older ones.
  const known = places.filter(([id]) => wanted.includes(id)) as readonly (readonly [number, number])[];
  return { limit, places: new Map(known) };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw refusal("an object");
}

function refusal(expected: string): RpcError {
  return new RpcError(RpcCode.invalidParams, `the parameter is {before, limit, chain}, each of which may be absent: ${expected}`);
}

interface MemberPage {
  readonly chainId: number;
  readonly before: number | undefined;
  readonly blocks: readonly UsersBlock[];
  readonly from: number;
  readonly isEnd: boolean;
  /** Seconds from which onwards the page has all of the member. */
  readonly since: number;
}

interface PageDependencies extends ActivityDependencies {
  readonly indexOf: (chainId: number) => Pick<UsersBlocks, "page"> | undefined;
}

/**
 * Transactions of users over all members, merged by time, in whole blocks, so that an answer can have a few more than its limit.
 * `ask` asks as the client. Rejects with RpcError, or a member's error.
 */
export async function transactionsPage(
  { limit, places }: PageRequest,
  dependencies: PageDependencies,
  ask: AskMember,
): Promise<TransactionsPage> {
  const pages = await Promise.all(
    [...places].map(([chainId, before]) => memberPage({ chainId, before, limit }, dependencies, ask)),
  );
  // Older ones of another member wait until this one has been read as far back.
  const since = Math.max(0, ...pages.map((page) => page.since));
  const found = pages
    .flatMap(({ chainId, blocks }) => blocks.map((block) => ({ ...block, chainId })))
    .filter(({ timestamp }) => timestamp >= since)
    .sort((a, b) => b.timestamp - a.timestamp || a.chainId - b.chainId || b.number - a.number);
  let users = 0;
  const shown = found.filter((block) => {
    if (users >= limit) return false;
    users += block.users;
    return true;
  });
  const next: Record<string, number> = {};
  for (const page of pages) {
    const own = shown.filter(({ chainId }) => chainId === page.chainId);
    if (own.length === page.blocks.length && page.isEnd) continue;
    next[page.chainId] = nextOf(page, own.at(-1)?.number, own.length);
  }
  const ranges = shown.map(({ chainId, number }) => ({ chainId, from: number, to: number }));
  const inWords = await activity(ranges, dependencies, ask);
  const order = new Map(shown.map(({ chainId, number }, i) => [`${chainId}:${number}`, i]));
  const placeOf = ({ chainId, number }: ActivityBlock): number => order.get(`${chainId}:${number}`) ?? 0;
  const blocks = inWords.toSorted((a, b) => placeOf(a) - placeOf(b));
  return { blocks, ...(Object.keys(next).length === 0 ? {} : { next }) };
}

/** Block before which a member's next page begins. */
function nextOf({ before, blocks, from }: MemberPage, last: number | undefined, shownCount: number): number {
  if (shownCount === blocks.length) return from;
  return last ?? before ?? (blocks[0]?.number ?? from) + 1;
}

async function memberPage(
  { chainId, before, limit }: { readonly chainId: number; readonly before: number | undefined; readonly limit: number },
  { indexOf }: PageDependencies,
  ask: AskMember,
): Promise<MemberPage> {
  const index = indexOf(chainId);
  if (index === undefined) return { chainId, before, blocks: [], from: 0, isEnd: true, since: 0 };
  const page = await index.page(before, limit);
  const [last, users] = [page.blocks.at(-1), page.blocks.reduce((sum, each) => sum + each.users, 0)];
  if (page.isEnd) return { chainId, before, ...page, since: 0 };
  const since = last !== undefined && users >= limit ? last.timestamp : await timeOf(chainId, page.from, ask);
  return { chainId, before, ...page, since };
}

async function timeOf(chainId: number, number: number, ask: AskMember): Promise<number> {
  const block = (await ask(chainId, "eth_getBlockByNumber", [hexQuantity(BigInt(number)), false])) as {
    readonly timestamp: string;
  } | null;
  return Number(block?.timestamp ?? 0);
}
