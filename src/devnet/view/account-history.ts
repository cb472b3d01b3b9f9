import { RpcCode, RpcError } from "../../chain/rpc/json-rpc.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { EcosystemInfo } from "./ecosystem-info.ts";
import type { AskMember } from "./step-times.ts";

/** A transaction that touched an account; element of `hyperchain_history`. */
export interface HistoryEntry {
  readonly chainId: number;
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  /** Seconds. */
  readonly timestamp: number;
  readonly from: Hex;
  /** Null where it created a contract. */
  readonly to: Hex | null;
  /** Wei, decimal. */
  readonly value: string;
  readonly succeeded: boolean;
}

/** Answer of `hyperchain_history`: the newest first, of all chains. */
export interface AccountHistory {
  readonly transactions: readonly HistoryEntry[];
  /** Give it back as `before` for what is older; absent where there is nothing older. By chain ids. */
  readonly next?: Readonly<Record<string, number>>;
}

const MOST_ENTRIES = 100;
const DEFAULT_ENTRIES = 25;

/** Of `ots_searchTransactionsBefore`. */
interface Page {
  readonly txs: readonly { readonly hash: Hex; readonly from: Hex; readonly to: Hex | null; readonly value: string }[];
  readonly receipts: readonly { readonly blockNumber: string; readonly timestamp: string | number; readonly status: string }[];
  readonly lastPage: boolean;
}

/**
 * What touched an account on the chains, merged by time. The chains' own search finds it, whole blocks at a time, so an answer
 * may hold a few more than were asked for. Rejects with RpcError, or a chain's error.
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
      // Before block 1 there is the genesis alone; 0 asks for the newest.
      const page = block === 1 ? EMPTY : ((await ask(chainId, "ots_searchTransactionsBefore", [account, block, most])) as Page);
      return { chainId, entries: entriesOf(chainId, page), lastPage: page.lastPage };
    }),
  );
  const all = pages.flatMap(({ entries }) => entries).sort(byTime);
  const shown = wholeBlocks(all, most);
  const next: Record<string, number> = {};
  for (const { chainId, entries, lastPage } of pages) {
    const own = shown.filter((entry) => entry.chainId === chainId);
    if (own.length === entries.length && lastPage) continue;
    next[chainId] = own.at(-1)?.blockNumber ?? places.get(chainId) ?? 0;
  }
  return { transactions: shown, ...(Object.keys(next).length === 0 ? {} : { next }) };
}

const EMPTY: Page = { txs: [], receipts: [], lastPage: true };

/** Newest first; transactions of one block stay together and in their order. */
function byTime(a: HistoryEntry, b: HistoryEntry): number {
  return b.timestamp - a.timestamp || a.chainId - b.chainId || b.blockNumber - a.blockNumber;
}

/** A place is a block, so none is shown in part. */
function wholeBlocks(all: readonly HistoryEntry[], most: number): readonly HistoryEntry[] {
  const last = all[most - 1];
  let end = Math.min(most, all.length);
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
