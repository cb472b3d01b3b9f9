import type { Log, Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Filter of logs, as in `eth_getLogs`. */
export interface LogQuestion {
  /** Addresses of the contracts that emit them; default: all. */
  readonly address?: Hex | readonly Hex[];
  readonly topics: (string | string[] | null)[];
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** The logs of a part of the blocks, in order. */
interface LogPage {
  /** Last block of the part. */
  readonly blockNumber: number;
  readonly logs: readonly Log[];
}

/** Blocks per request where the node is unknown: public nodes limit them. */
export const DEFAULT_BLOCKS_PER_PAGE = 2_000;
/**
 * Number of logs in an answer above which the next page is half as wide, because the node may be one that
 * refuses nothing.
 */
export const MANY_LOGS = 10_000;
/** Answers in a row after which a larger page is tried again. */
const PAGES_UNTIL_WIDER = 8;
/** A node that could not be reached has not refused the width of a page. */
const UNREACHED = /ECONN|ENOTFOUND|EAI_AGAIN|socket hang up|connection (reset|closed|refused)|NETWORK_ERROR/i;

/**
 * Number of blocks in a request. Nodes limit the blocks, or the logs, of an answer, with many different
 * errors: a refused page is halved, and after some answers a page of twice the width is tried. One instance
 * serves all requests to the same node.
 */
export class PageWidth {
  readonly #maxBlocks: number;
  #blocks: number;
  #answered = 0;

  /** Sets the maximum and the initial number of blocks. */
  constructor(maxBlocks: number = DEFAULT_BLOCKS_PER_PAGE, first: number = maxBlocks) {
    this.#maxBlocks = maxBlocks;
    this.#blocks = first;
  }

  get blocks(): number {
    return this.#blocks;
  }

  /** Records that the node has answered a page with this number of blocks and logs. */
  accept(blocks: number, logs: number): void {
    if (logs > MANY_LOGS) void this.refuse(blocks);
    else if (++this.#answered % PAGES_UNTIL_WIDER === 0) this.#blocks = Math.min(2 * this.#blocks, this.#maxBlocks);
  }

  /**
   * Records that the node has refused a page with this number of blocks. Returns true if a smaller one is
   * possible.
   */
  refuse(blocks: number): boolean {
    this.#answered = 0;
    if (blocks === 1) return false;
    this.#blocks = Math.ceil(blocks / 2);
    return true;
  }
}

/** From which end of a range its pages come. */
type PageOrder = "oldestFirst" | "newestFirst";

/**
 * All logs of a range of blocks, page by page. Rejects with the provider's error where it refuses a single block, or cannot be
 * reached.
 */
export async function* readLogPages(
  provider: Pick<Provider, "getLogs">,
  { address, topics, fromBlock, toBlock }: LogQuestion,
  width: PageWidth,
  order: PageOrder = "oldestFirst",
): AsyncGenerator<LogPage> {
  // What is still to be read.
  let [low, high] = [fromBlock, toBlock];
  while (low <= high) {
    const first = order === "oldestFirst" ? low : Math.max(low, high - width.blocks + 1);
    const last = order === "oldestFirst" ? Math.min(high, low + width.blocks - 1) : high;
    let logs: readonly Log[];
    try {
      logs = await provider.getLogs({
        ...(address === undefined ? {} : { address: typeof address === "string" ? address : [...address] }),
        topics,
        fromBlock: first,
        toBlock: last,
      });
    } catch (error) {
      if (isUnreached(error) || !width.refuse(last - first + 1)) throw error;
      continue;
    }
    width.accept(last - first + 1, logs.length);
    yield { blockNumber: last, logs: logs.toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index) };
    if (order === "oldestFirst") low = last + 1;
    else high = first - 1;
  }
}

/** Reads all logs together. `blocksPerPage` is the maximum of one request; default: all. */
export async function readLogs(
  provider: Pick<Provider, "getLogs">,
  question: LogQuestion,
  blocksPerPage = Infinity,
): Promise<Log[]> {
  const logs: Log[] = [];
  for await (const page of readLogPages(provider, question, new PageWidth(blocksPerPage))) logs.push(...page.logs);
  return logs;
}

/** Whether a question did not reach the node, which has refused nothing then. */
export function isUnreached(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return UNREACHED.test(`${String(code)} ${String(message)}`);
}
