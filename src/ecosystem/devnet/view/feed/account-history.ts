import type { WalletHistory, WalletTransaction } from "../../../client/ecosystem/running-ecosystem.ts";
import { NONE_FOUND } from "../../../../chain/rpc/blocks/account-search.ts";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { hexQuantity, type Hex } from "../../../../ground/protocol/hex.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import type { AskMember } from "./step-times.ts";

/** Answer of `hyperchain_history`, and its element. */
export type AccountHistory = WalletHistory;
type HistoryEntry = WalletTransaction;

const MOST_ENTRIES = 100;
const DEFAULT_ENTRIES = 25;

/** Answer of `ots_searchTransactionsBefore`. */
interface Page {
  readonly txs: readonly { readonly hash: Hex; readonly from: Hex; readonly to: Hex | null; readonly value: string }[];
  readonly receipts: readonly { readonly blockNumber: string; readonly timestamp: string | number; readonly status: string }[];
  readonly lastPage: boolean;
  /** Block at which to continue, of a page without transactions that is not the last. */
  readonly from?: number;
}

/**
 * Transactions of an account on the chains, merged by time. The chains' search finds them, whole blocks at a time, so an
 * answer may contain a few more than requested. Rejects with RpcError, or a chain's error.
 */
export async function accountHistory(
  { account, before, count }: { readonly account: Hex; readonly before: unknown; readonly count: unknown },
  { chains }: Pick<EcosystemInfo, "chains">,
  ask: AskMember,
): Promise<AccountHistory> {
  const most = count === undefined || count === null ? DEFAULT_ENTRIES : count;
  if (typeof most !== "number" || !Number.isSafeInteger(most) || most < 1 || most > MOST_ENTRIES)
    throw new RpcError(RpcCode.invalidParams, `the third parameter is how many, 1 to ${MOST_ENTRIES}`);
  const places = placesOf(before, chains);
  const pages = await Promise.all(
    [...places].map(async ([chainId, block]) => {
      const question = ["ots_searchTransactionsBefore", [account, block, most]] as const;
      // Before block 1 there is the genesis alone; 0 asks for the newest.
      const page = block === 1 ? EMPTY : ((await ask(chainId, ...question).catch(noneFound)) as Page);
      const { lastPage, from } = page;
      const entries = entriesOf(chainId, page);
      const isCut = !lastPage && entries.length < most;
      const seenFrom = from === undefined ? (isCut ? entries.at(-1)?.timestamp : 0) : await timeOf(chainId, from, ask);
      return { chainId, entries, lastPage, from, seenFrom };
    }),
  );
  // Older ones of another chain wait until this one has been looked through as far.
  const oldest = Math.max(...pages.map(({ seenFrom = 0 }) => seenFrom));
  const all = pages
    .flatMap(({ entries }) => entries)
    .filter(({ timestamp }) => timestamp >= oldest)
    .sort(byTime);
  const shown = wholeBlocks(all, most);
  const next: Record<string, number> = {};
  for (const { chainId, entries, lastPage, from } of pages) {
    const own = shown.filter((entry) => entry.chainId === chainId);
    if (own.length === entries.length && lastPage) continue;
    next[chainId] = from ?? own.at(-1)?.blockNumber ?? places.get(chainId) ?? 0;
  }
  return { transactions: shown, ...(Object.keys(next).length === 0 ? {} : { next }) };
}

const EMPTY: Page = { txs: [], receipts: [], lastPage: true };

/** Page without entries, with the block at which to continue, for an empty range of blocks. Throws any other error again. */
function noneFound(error: unknown): Page {
  const { code, from } = ((error as { readonly data?: unknown } | null)?.data ?? {}) as Readonly<
    Record<"code" | "from", unknown>
  >;
  if (code !== NONE_FOUND || typeof from !== "number") throw error;
  return { txs: [], receipts: [], lastPage: false, from };
}

async function timeOf(chainId: number, block: number, ask: AskMember): Promise<number> {
  const { timestamp } = (await ask(chainId, "eth_getBlockByNumber", [hexQuantity(BigInt(block)), false])) as {
    timestamp: string;
  };
  return Number(timestamp);
}

/** Newest first; transactions of one block stay together and in their order. */
function byTime(a: HistoryEntry, b: HistoryEntry): number {
  return b.timestamp - a.timestamp || a.chainId - b.chainId || b.blockNumber - a.blockNumber;
}

/** A place is a block, so none is shown in part. */
function wholeBlocks(all: readonly HistoryEntry[], maximum: number): readonly HistoryEntry[] {
  const last = all[maximum - 1];
  let end = Math.min(maximum, all.length);
  while (last !== undefined && all[end]?.chainId === last.chainId && all[end]?.blockNumber === last.blockNumber) end++;
  return all.slice(0, end);
}

/** Blocks before which to look, by chain ids: 0 for the newest. A chain that is not named has nothing older. */
function placesOf(before: unknown, chains: EcosystemInfo["chains"]): ReadonlyMap<number, number> {
  if (before === undefined || before === null) return new Map(chains.map(({ chainId }) => [chainId, 0]));
  const given = typeof before === "object" && !Array.isArray(before) ? Object.entries(before as Record<string, unknown>) : [];
  const places = given.map(([id, block]) => [Number(id), block] as const);
  const isPlace = ([id, block]: readonly [number, unknown]): boolean =>
    chains.some(({ chainId }) => chainId === id) && typeof block === "number" && Number.isSafeInteger(block) && block >= 0;
  if (places.length === 0 || !places.every(isPlace))
    throw new RpcError(RpcCode.invalidParams, "the second parameter is the `next` of an earlier answer");
  return new Map(places as readonly (readonly [number, number])[]);
}

function entriesOf(chainId: number, { txs, receipts }: Page): readonly HistoryEntry[] {
  return txs.flatMap(({ hash, from, to, value }, place) => {
    const receipt = receipts[place];
    if (receipt === undefined) return [];
    const { blockNumber, timestamp, status } = receipt;
    return {
      chainId,
      transactionHash: hash,
      blockNumber: Number(blockNumber),
      timestamp: Number(timestamp),
      from,
      to,
      value: BigInt(value).toString(),
      succeeded: status !== "0x0",
    };
  });
}
