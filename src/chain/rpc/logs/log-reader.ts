import { setImmediate } from "node:timers/promises";
import type { Chain } from "../../chain.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { RpcClient } from "../request/dispatch.ts";
import { fairLine } from "../calls/fair-line.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { matches, type LogFilter } from "./log-filter.ts";
import { newestBlock } from "../request/newest-block.ts";
import type { ShownFields } from "../../../ground/transaction/shown-transaction.ts";
import type { ZkFields } from "../zks/zk-fields.ts";

/** Limits of an answer. */
interface LogLimits {
  readonly logs: number;
  /** Hexadecimal characters of the logs' data: a log can have two megabytes. */
  readonly dataCharacters: number;
}

/** For everybody outside this process. As many as public nodes give. */
const LOG_LIMITS: LogLimits = { logs: 10_000, dataCharacters: 2 ** 25 };
/** For who asks in this process, and could only end his own. */
export const NO_LOG_LIMITS: LogLimits = { logs: Infinity, dataCharacters: Infinity };

export function logLimitsOf(client: RpcClient | undefined): LogLimits {
  return client?.isInProcess === true ? NO_LOG_LIMITS : LOG_LIMITS;
}

/**
 * Limits of one query, before the filter is applied; a block is never divided. The size of a stored block of
 * an earlier process is known only after its text is read.
 */
const PER_QUESTION = { logs: 10_000, dataCharacters: 2 ** 24, blocks: 10_000n, keptBlocks: 32n };
/**
 * Maximum number of waiting reads, like that of other reads. Tests send many requests concurrently, also in
 * this process.
 */
const MAX_WAITING = 4096;
const MAX_OF_ONE = 1024;

/** The logs of whole blocks. */
interface LogRange {
  readonly logs: readonly ShownFields[];
  /** The last of these blocks. */
  readonly last: bigint;
  /** True for a single block that is beyond the limits. */
  readonly isBeyond: boolean;
}

/**
 * Reads logs, so much at a time that no answer grows with the chain. How much a block holds is known before it is looked at. One
 * question at a time.
 */
export class LogReader {
  readonly #chain: Chain;
  readonly #fields: ZkFields;
  readonly #inTurn = fairLine({
    width: 1,
    places: MAX_WAITING,
    placesPerClient: MAX_OF_ONE,
    what: "questions about logs wait",
  });

  constructor(chain: Chain, fields: ZkFields) {
    this.#chain = chain;
    this.#fields = fields;
  }

  /** The newest block that readers may read. */
  get head(): bigint {
    return newestBlock(this.#chain);
  }

  /**
   * All logs that `eth_getLogs` asks for. Throws RpcError where they are more than the limits allow, with a range that is
   * answered.
   */
  async all(filter: LogFilter, limits: LogLimits, client?: RpcClient): Promise<readonly ShownFields[]> {
    const [first, last] = this.#range(filter);
    const range = await this.upTo(filter, first, last, limits, client);
    if (range.isBeyond || range.last < last) throw tooMany(limits, filter, first, range);
    return range.logs;
  }

  /** The logs of whole blocks from the first on, as many as the limits allow; one block is always answered. */
  upTo(filter: LogFilter, first: bigint, last: bigint, limits: LogLimits, client?: RpcClient): Promise<LogRange> {
    return this.#inTurn(client, () => this.#upTo(filter, first, last, limits));
  }

  async #upTo(filter: LogFilter, first: bigint, last: bigint, limits: LogLimits): Promise<LogRange> {
    const found: ShownFields[] = [];
    let dataCharacters = 0;
    // Others have their turn between two questions, also where a client of this process asks without a rest.
    await setImmediate();
    for (let from = first; from <= last; await setImmediate()) {
      const to = this.#questionEnd(from, last);
      const answer = this.#chain.blocks.logs(from, to, (log) => matches(filter, log));
      for (const log of answer) {
        dataCharacters += String(log["data"]).length;
        found.push(log);
        if (found.length <= limits.logs && dataCharacters <= limits.dataCharacters) continue;
        const full = blockOf(log);
        // Earlier blocks are complete; a first block that is too large forms an answer alone.
        const isBeyond = full === first;
        const last = isBeyond ? first : full - 1n;
        const whole = (isBeyond ? answer : found).filter((one) => blockOf(one) <= last);
        return { logs: this.#named(whole), last, isBeyond };
      }
      from = to + 1n;
    }
    return { logs: this.#named(found), last, isBeyond: false };
  }

  #named(logs: readonly ShownFields[]): readonly ShownFields[] {
    return logs.map((log) => this.#fields.log(log));
  }

  /** The last block of the next question: as far as the volume of one goes. */
  #questionEnd(from: bigint, last: bigint): bigint {
    const { blocks, index } = this.#chain;
    const most = blocks.isKept(from) ? PER_QUESTION.keptBlocks : PER_QUESTION.blocks;
    let logs = 0;
    let dataCharacters = 0;
    for (let block = from; block <= last; block++) {
      const volume = index.logVolume(block);
      logs += volume.count;
      dataCharacters += volume.dataCharacters;
      const isFull = logs > PER_QUESTION.logs || dataCharacters > PER_QUESTION.dataCharacters || block - from >= most;
      if (isFull) return block > from ? block - 1n : block;
    }
    return last;
  }

  #range({ fromBlock, toBlock, blockHash }: LogFilter): readonly [bigint, bigint] {
    const { head } = this;
    if (blockHash !== undefined) {
      const number = this.#chain.blocks.numberOf(blockHash);
      if (number === undefined) throw new RpcError(RpcCode.rejected, `there is no block ${blockHash}`, { code: "UnknownBlock" });
      return [number, number];
    }
    const to = numberOf(toBlock, head);
    return [numberOf(fromBlock, head), to < head ? to : head];
  }
}

/** The block that a filter's bound names: the newest one for tags and where there is none. */
export function numberOf(block: string | undefined, head: bigint): bigint {
  if (block === "earliest") return 0n;
  return block?.startsWith("0x") === true ? BigInt(block) : head;
}

function blockOf(log: ShownFields): bigint {
  return BigInt(log["blockNumber"] as Hex);
}

function tooMany(limits: LogLimits, { addresses, topics }: LogFilter, first: bigint, { last, isBeyond }: LogRange): RpcError {
  const size = `the answer has more than ${limits.logs} logs, or ${limits.dataCharacters} characters of their data`;
  const range = { from: hexQuantity(first), to: hexQuantity(last) };
  const further = addresses.length + topics.length === 0 ? "name an address or topics" : "name fewer addresses, or more topics";
  const message = isBeyond
    ? `${size}, in block ${range.from} alone; ${further}, or ask for its receipts`
    : `${size}; ask for blocks [${range.from}, ${range.to}] and then for the rest, or ${further}`;
  return new RpcError(RpcCode.limitExceeded, message, { code: "TooManyLogs", ...(isBeyond ? {} : range) });
}
