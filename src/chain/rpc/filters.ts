import { randomBytes } from "node:crypto";
import type { Chain } from "../chain.ts";
import { toHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { RpcClient, RpcMethod } from "./dispatch.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { parseLogFilter } from "./log-filter.ts";
import type { LogFilter } from "./log-filter.ts";
import { logLimitsOf, numberOf } from "./log-reader.ts";
import type { LogReader } from "./log-reader.ts";
import { hexQuantity } from "./hex-quantity.ts";

/** Filters that are kept; the one that has been asked least lately goes. */
const MAX_FILTERS = 1000;
/** How long a filter is kept that nobody asks. */
const IDLE_MS = 300_000;
/** Hashes in an answer of a block filter; the next question gets those that follow. */
const MAX_HASHES = 10_000n;

export interface FilterDependencies {
  readonly chain: Chain;
  readonly reader: LogReader;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

/** A filter holds what it is asked for and how far it has answered, not what happens meanwhile. */
interface KeptFilter {
  /** Undefined for one of blocks. */
  readonly logs: LogFilter | undefined;
  /** The first block of which it has not told yet. */
  next: bigint;
  lastAskedMs: number;
}

/** `eth_newFilter` and its like. Ids cannot be guessed: whoever knows one may end the filter. */
export function filterMethods(dependencies: FilterDependencies): ReadonlyMap<string, RpcMethod> {
  const filters = new Filters(dependencies);
  return new Map<string, RpcMethod>([
    ["eth_newFilter", async ([filter]) => filters.add(parseLogFilter(filter))],
    ["eth_newBlockFilter", async () => filters.add(undefined)],
    ["eth_getFilterChanges", ([id], client) => filters.changes(id, client)],
    ["eth_getFilterLogs", ([id], client) => filters.logs(id, client)],
    ["eth_uninstallFilter", async ([id]) => filters.remove(id)],
  ]);
}

class Filters {
  readonly #chain: Chain;
  readonly #reader: LogReader;
  readonly #nowMs: () => number;
  /** The one that was asked last comes last. */
  readonly #kept = new Map<unknown, KeptFilter>();

  constructor({ chain, reader, nowMs }: FilterDependencies) {
    this.#chain = chain;
    this.#reader = reader;
    this.#nowMs = nowMs;
    // A block with a number that there was already: the chain has returned to a snapshot, and goes on from it.
    chain.index.onBlock((number) => {
      for (const filter of this.#kept.values()) if (filter.next > number) filter.next = number;
    });
  }

  add(logs: LogFilter | undefined): Hex {
    this.#forgetIdle();
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_FILTERS) this.#kept.delete(oldest);
    // Without leading zeros, as quantities are written.
    const id = hexQuantity(BigInt(toHex(randomBytes(16))));
    this.#kept.set(id, { logs, next: this.#reader.head + 1n, lastAskedMs: this.#nowMs() });
    return id;
  }

  remove(id: unknown): boolean {
    return this.#kept.delete(id);
  }

  /** What came since the last question: logs, or hashes of blocks. Throws RpcError for a filter that there is not. */
  async changes(id: unknown, client: RpcClient | undefined): Promise<readonly unknown[]> {
    const filter = this.#asked(id);
    const { head } = this.#reader;
    // After a return to a snapshot it goes on with the blocks that are new.
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
      const range = await this.#reader.upTo(logs, from, to, logLimitsOf(client));
      if (range.last < to) filter.next = range.last + 1n;
      return range.logs;
    } catch (error) {
      filter.next = first;
      throw error;
    }
  }

  /** All logs that the filter lets through, from its first block on. Throws RpcError. */
  logs(id: unknown, client: RpcClient | undefined): Promise<readonly unknown[]> {
    const { logs } = this.#asked(id);
    if (logs === undefined) throw new RpcError(RpcCode.invalidParams, "this filter is of blocks, and has no logs");
    return this.#reader.all(logs, logLimitsOf(client));
  }

  #asked(id: unknown): KeptFilter {
    this.#forgetIdle();
    const filter = this.#kept.get(id);
    if (filter === undefined) {
      throw new RpcError(RpcCode.rejected, "filter not found: it was uninstalled, or nobody asked for its changes for five minutes; make a new one", { code: "FilterNotFound" });
    }
    filter.lastAskedMs = this.#nowMs();
    this.#kept.delete(id);
    this.#kept.set(id, filter);
    return filter;
  }

  #forgetIdle(): void {
    const now = this.#nowMs();
    for (const [id, { lastAskedMs }] of this.#kept) {
      if (now - lastAskedMs <= IDLE_MS) return;
      this.#kept.delete(id);
    }
  }

  async #hashes(first: bigint, last: bigint): Promise<readonly Hex[]> {
    const hashes: Hex[] = [];
    for (let number = first; number <= last; number++) {
      const block = (await this.#chain.engine.request("eth_getBlockByNumber", [hexQuantity(number), false])) as { readonly hash: Hex } | null;
      if (block !== null) hashes.push(block.hash);
    }
    return hashes;
  }
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
