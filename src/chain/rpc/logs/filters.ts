import { randomBytes } from "node:crypto";
import type { Chain } from "../../chain.ts";
import { ReadyLog } from "../../mempool/ready-log.ts";
import { hexQuantity, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { RpcClient, RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { parseLogFilter, type LogFilter } from "./log-filter.ts";
import { logLimitsOf, numberOf, type LogReader } from "./log-reader.ts";

/** Maximum number of filters. Beyond it, the client machine with the most filters loses its least recently polled one. */
const MAX_FILTERS = 1000;
/** Idle time after which a filter ends. */
const IDLE_MS = 300_000;
/** Hashes in an answer of a block filter; the next question gets those that follow. */
const MAX_HASHES = 10_000n;

interface FilterDependencies {
  readonly chain: Chain;
  readonly reader: LogReader;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs: () => number;
}

/** A filter stores its query and its position, not the matching events. */
interface KeptFilter {
  /** Undefined for one of blocks or transactions. */
  readonly logs: LogFilter | undefined;
  /** The first block of which it has not told yet. */
  next: bigint;
  /** Index of the first ready transaction that was not returned yet, for a filter of pending transactions. */
  nextReady?: number;
  lastUsedMs: number;
  /** Machine of the client that made it; `undefined` for this process. */
  readonly machine: string | undefined;
}

/** `eth_newFilter` and its like. Ids cannot be guessed: a client that knows one may end the filter. */
export function filterMethods(dependencies: FilterDependencies): ReadonlyMap<string, RpcMethod> {
  const filters = new Filters(dependencies);
  return new Map<string, RpcMethod>([
    ["eth_newFilter", async ([filter], client) => filters.add(parseLogFilter(filter), client)],
    ["eth_newBlockFilter", async (_params, client) => filters.add(undefined, client)],
    ["eth_newPendingTransactionFilter", async (_params, client) => filters.addPending(client)],
    ["eth_getFilterChanges", ([id], client) => filters.changes(id, client)],
    ["eth_getFilterLogs", ([id], client) => filters.logs(id, client)],
    ["eth_uninstallFilter", async ([id]) => filters.remove(id)],
  ]);
}

class Filters {
  readonly #chain: Chain;
  readonly #reader: LogReader;
  readonly #nowMs: () => number;
  /** Begins with the first filter that needs it. */
  #ready: ReadyLog | undefined;
  /** The one that was asked last comes last. */
  readonly #filters = new Map<unknown, KeptFilter>();

  constructor({ chain, reader, nowMs }: FilterDependencies) {
    this.#chain = chain;
    this.#reader = reader;
    this.#nowMs = nowMs;
    // A block with an existing number: the chain has rewound to a snapshot, and continues from it.
    chain.index.onBlock((number) => {
      for (const filter of this.#filters.values()) if (filter.next > number) filter.next = number;
    });
  }

  /** One of transactions that become ready. */
  addPending(client: RpcClient | undefined): Hex {
    this.#ready ??= new ReadyLog(this.#chain.mempool);
    const id = this.add(undefined, client);
    const filter = this.#filters.get(id);
    if (filter !== undefined) filter.nextReady = this.#ready.next;
    return id;
  }

  add(logs: LogFilter | undefined, client: RpcClient | undefined): Hex {
    this.#forgetIdle();
    if (this.#filters.size >= MAX_FILTERS) this.#forgetOfLargest();
    // Without leading zeros, as quantities are written.
    const id = hexQuantity(BigInt(toHex(randomBytes(16))));
    this.#filters.set(id, { logs, next: this.#reader.head + 1n, lastUsedMs: this.#nowMs(), machine: client?.address });
    return id;
  }

  #forgetOfLargest(): void {
    const counts = new Map<string | undefined, number>();
    for (const { machine } of this.#filters.values()) counts.set(machine, (counts.get(machine) ?? 0) + 1);
    const [largest] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
    const oldest = [...this.#filters].find(([, { machine }]) => machine === largest);
    this.#filters.delete(oldest?.[0]);
  }

  remove(id: unknown): boolean {
    return this.#filters.delete(id);
  }

  /** Changes since the last query: logs, or hashes of blocks. Throws RpcError for an unknown filter. */
  async changes(id: unknown, client: RpcClient | undefined): Promise<readonly unknown[]> {
    const filter = this.#filterOf(id);
    if (filter.nextReady !== undefined && this.#ready !== undefined) {
      const hashes = this.#ready.since(filter.nextReady);
      filter.nextReady = this.#ready.next;
      return hashes;
    }
    const { head } = this.#reader;
    // After a return to a snapshot it continues with the new blocks.
    const first = filter.next > head + 1n ? head + 1n : filter.next;
    const { logs } = filter;
    if (logs === undefined) {
      const last = first + MAX_HASHES - 1n < head ? first + MAX_HASHES - 1n : head;
      filter.next = last + 1n;
      return this.#hashes(first, last);
    }
    const from = logs.fromBlock?.startsWith("0x") === true && BigInt(logs.fromBlock) > first ? BigInt(logs.fromBlock) : first;
    const to = logs.toBlock === undefined ? head : minimum(numberOf(logs.toBlock, head), head);
    // At once: a question that comes meanwhile is about what follows.
    filter.next = head + 1n;
    if (from > to) return [];
    try {
      const range = await this.#reader.upTo(logs, from, to, logLimitsOf(client), client);
      if (range.last < to) filter.next = range.last + 1n;
      return range.logs;
    } catch (error) {
      filter.next = first;
      throw error;
    }
  }

  /** All logs that the filter lets through, from its first block on. Throws RpcError. */
  logs(id: unknown, client: RpcClient | undefined): Promise<readonly unknown[]> {
    const { logs } = this.#filterOf(id);
    if (logs === undefined)
      throw new RpcError(RpcCode.invalidParams, "this filter is of blocks or transactions, and has no logs");
    return this.#reader.all(logs, logLimitsOf(client), client);
  }

  #filterOf(id: unknown): KeptFilter {
    this.#forgetIdle();
    const filter = this.#filters.get(id);
    if (filter === undefined) {
      throw new RpcError(
        RpcCode.rejected,
        "filter not found: it was uninstalled, or its changes were not asked for within five minutes; make a new one",
        { code: "FilterNotFound" },
      );
    }
    filter.lastUsedMs = this.#nowMs();
    this.#filters.delete(id);
    this.#filters.set(id, filter);
    return filter;
  }

  #forgetIdle(): void {
    const now = this.#nowMs();
    for (const [id, { lastUsedMs }] of this.#filters) {
      if (now - lastUsedMs <= IDLE_MS) return;
      this.#filters.delete(id);
    }
  }

  async #hashes(first: bigint, last: bigint): Promise<readonly Hex[]> {
    const hashes: Hex[] = [];
    for (let number = first; number <= last; number++) {
      const block = await this.#chain.blocks.block(number);
      if (block !== undefined) hashes.push(block.hash);
    }
    return hashes;
  }
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
