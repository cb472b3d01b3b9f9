import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { askThrough } from "./account-history.ts";
import { address } from "../request/call-request.ts";
import type { RpcClient, RpcMethod, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { quantity } from "../request/quantities.ts";

/** Transactions of a page; the last block's are all there. */
const MAX_PAGE = 100;
/** Blocks that one question looks at. */
const MAX_BLOCKS = 10_000n;
/** Code in `error.data` of an empty range of blocks, with the block `from` which the client can continue. */
export const NONE_FOUND = "NoneFound";

interface Receipt {
  readonly transactionHash: Hex;
  readonly from: Hex;
  readonly to: Hex | null;
  readonly contractAddress: Hex | null;
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[] }[];
}

/** A page of an account's transactions, the newest first. */
interface Page {
  readonly txs: readonly unknown[];
  readonly receipts: readonly unknown[];
  /** Nothing newer is left. */
  readonly firstPage: boolean;
  /** Nothing older is left. */
  readonly lastPage: boolean;
}

/**
 * An account's transactions, as Otterscan pages through them: those that it sent or received, that created it, or whose logs are
 * its own or name it. `others` answers what they are found by.
 */
export function accountSearchMethods(others: RpcMethods): ReadonlyMap<string, RpcMethod> {
  const search =
    (isBefore: boolean): RpcMethod =>
    ([account, block, size], client) =>
      pageOf(others, client, { account: address(account), block: quantity(block), size: pageSize(size), isBefore });
  return new Map([
    ["ots_searchTransactionsBefore", search(true)],
    ["ots_searchTransactionsAfter", search(false)],
  ]);
}

/**
 * Page of older or newer blocks next to the given one, without it. Block 0 represents the end at which the
 * search begins.
 */
async function pageOf(
  others: RpcMethods,
  client: RpcClient | undefined,
  {
    account,
    block,
    size,
    isBefore,
  }: { readonly account: Hex; readonly block: bigint; readonly size: number; readonly isBefore: boolean },
): Promise<Page> {
  const ask = askThrough(others, client);
  const newest = BigInt(await ask<Hex>("eth_blockNumber"));
  const step = isBefore ? -1n : 1n;
  const isEnd = block === 0n || (isBefore && block > newest);
  let at = isEnd ? (isBefore ? newest : 0n) : block + step;
  const found: { readonly transaction: unknown; readonly receipt: unknown }[] = [];
  for (let looked = 0n; at >= 0n && at <= newest && found.length < size; at += step, looked++) {
    if (looked === MAX_BLOCKS) {
      // The found transactions are a page; the next search has its blocks.
      if (found.length > 0) break;
      const from = at - step;
      const message = `none in ${MAX_BLOCKS} blocks; ask again from block ${from}`;
      throw new RpcError(RpcCode.limitExceeded, message, { code: NONE_FOUND, from: Number(from) });
    }
    const receipts = await ask<readonly Receipt[]>("eth_getBlockReceipts", hexQuantity(at));
    const of = receipts.filter((receipt) => concerns(receipt, account));
    if (of.length === 0) continue;
    const { timestamp } = await ask<{ readonly timestamp: Hex }>("eth_getBlockByNumber", hexQuantity(at), false);
    const told = await Promise.all(
      of.map(async (receipt) => ({
        transaction: await ask("eth_getTransactionByHash", receipt.transactionHash),
        receipt: { ...receipt, timestamp },
      })),
    );
    found.push(...(isBefore ? told.reverse() : told));
  }
  if (!isBefore) found.reverse();
  const isDone = at < 0n || at > newest;
  return {
    txs: found.map(({ transaction }) => transaction),
    receipts: found.map(({ receipt }) => receipt),
    firstPage: isBefore ? isEnd : isDone,
    lastPage: isBefore ? isDone : isEnd,
  };
}

function concerns({ from, to, contractAddress, logs }: Receipt, account: Hex): boolean {
  const isIt = (other: Hex | null): boolean => other?.toLowerCase() === account;
  const word = `0x${account.slice(2).padStart(64, "0")}`;
  return (
    [from, to, contractAddress].some(isIt) ||
    logs.some((log) => isIt(log.address) || log.topics.slice(1).some((topic) => topic === word))
  );
}

function pageSize(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= MAX_PAGE) return value;
  throw new RpcError(RpcCode.invalidParams, `a page has 1 to ${MAX_PAGE} transactions`);
}
