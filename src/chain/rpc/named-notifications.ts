import type { Chain } from "../chain.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { Notification, Notifications } from "./transport/subscriptions.ts";
import { RpcCode, RpcError } from "./request/json-rpc.ts";
import { matches, parseLogFilter, type LogFilter } from "./logs/log-filter.ts";
import { LogReader, NO_LOG_LIMITS } from "./logs/log-reader.ts";
import { pendingTransaction } from "../../ground/transaction/shown-transaction.ts";
import { ZkFields } from "./zks/zk-fields.ts";
import { hexQuantity } from "../../ground/protocol/hex.ts";

/** Notifications of one block that are given out in one turn of the event loop: others are answered in between. */
const PER_TURN = 1000;

const EVERY_LOG: LogFilter = { addresses: [], topics: [], fromBlock: undefined, toBlock: undefined, blockHash: undefined };

/**
 * The chain's notifications, under the names of its users: of each block when its data are complete. A block
 * is read once for all subscribers, and only after those before it were sent.
 */
export function namedNotifications(chain: Chain): Notifications {
  const fields = new ZkFields(chain);
  const reader = new LogReader(chain, fields);
  const listeners = new Set<(notification: Notification) => void>();
  /** Filter of each subscription by id; `undefined` for one that gets blocks. */
  const subscriptions = new Map<string, LogFilter | undefined>();
  /** Subscriptions of ready transactions; true for those that get whole transactions. */
  const pending = new Map<string, boolean>();
  let nextId = 1n;
  let told: Promise<void> = Promise.resolve();
  let stopBlocks: (() => void) | undefined;
  let stopReady: (() => void) | undefined;

  const tell = (subscription: string, result: unknown): void => {
    for (const listener of listeners) listener({ subscription, result });
  };
  const tellOf = async (number: bigint, since: readonly (readonly [string, LogFilter | undefined])[]): Promise<void> => {
    const waiting = since.filter(([id]) => subscriptions.has(id));
    if (waiting.some(([, filter]) => filter === undefined)) {
      const block = await chain.blocks.block(number);
      // The block is missing if the chain has rewound to a snapshot in the meantime.
      if (block === undefined) return;
      const shown = fields.block(block);
      for (const [id, filter] of waiting) if (filter === undefined) tell(id, shown);
    }
    const wanted = waiting.flatMap(([id, filter]) => (filter === undefined ? [] : [{ id, filter }]));
    if (wanted.length === 0 || chain.index.logVolume(number).count === 0) return;
    const { logs } = await reader.upTo(EVERY_LOG, number, number, NO_LOG_LIMITS);
    await tellLogs(logs, wanted, { isWanted: (id) => subscriptions.has(id), tell });
  };
  const onBlock = (number: bigint): void => {
    if (subscriptions.size === 0) return;
    // Later than all that follows from a block at once, as the result of a priority operation does.
    const settled = new Promise((resolve) => setImmediate(resolve));
    const waiting = [...subscriptions];
    // A closing chain no longer answers, and there is no client to notify.
    told = told
      .then(() => settled)
      .then(() => tellOf(number, waiting))
      .catch(() => undefined);
  };

  const onReady = (transaction: SignedTransaction): void => {
    for (const [id, whole] of pending) tell(id, whole ? pendingTransaction(transaction, chain.chainId) : transaction.hash);
  };

  return {
    async request(method, params) {
      if (method === "eth_subscribe") {
        const id = hexQuantity(nextId++);
        if (params[0] === "newPendingTransactions") pending.set(id, params[1] === true);
        else subscriptions.set(id, parseKind(params));
        return id;
      }
      return typeof params[0] === "string" && (subscriptions.delete(params[0]) || pending.delete(params[0]));
    },
    onNotification(listener) {
      listeners.add(listener);
      stopBlocks ??= chain.index.onBlock(onBlock);
      stopReady ??= chain.mempool.onReady(onReady);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stopBlocks?.();
        stopReady?.();
        stopBlocks = stopReady = undefined;
      };
    },
  };
}

/** Tells each log to those whose filter it matches, some in one turn of the event loop. */
async function tellLogs(
  logs: readonly unknown[],
  subscriptions: readonly { readonly id: string; readonly filter: LogFilter }[],
  { isWanted, tell }: { readonly isWanted: (id: string) => boolean; readonly tell: (id: string, result: unknown) => void },
): Promise<void> {
  let inTurn = 0;
  for (const log of logs) {
    for (const { id, filter } of subscriptions) {
      if (!isWanted(id) || !matches(filter, log as { readonly address: string; readonly topics: readonly string[] })) continue;
      tell(id, log);
      if (++inTurn % PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** The filter of a subscription to logs; undefined for one to blocks. Throws RpcError. */
function parseKind([kind, filter]: readonly unknown[]): LogFilter | undefined {
  if (kind === "newHeads") return undefined;
  if (kind !== "logs") throw new RpcError(RpcCode.invalidParams, "subscriptions are newHeads, logs, newPendingTransactions");
  return parseLogFilter(filter ?? {});
}
