import type { BlockAnswer, LogAnswer } from "./answers.ts";
import { hex } from "./format.ts";
import { TRANSFER_TOPIC } from "../src/ground/protocol/erc20-transfer.ts";
import { addTransfers } from "./token-answers.ts";

/** Blocks of the first question, and the most of one. */
const FIRST_SPAN = 1_000;
const MOST_BLOCKS = 10_000;
/** Logs of an answer that are taken in at once without the page standing still; after more, fewer blocks are asked for. */
const MANY_LOGS = 500;
/**
 * Maximum transfers of one reading of a token, because other accounts wrote its events, as many as they paid
 * for.
 */
const MOST_TRANSFERS = 20_000;
const MOST_QUESTIONS = 100;

/** Asks the member that has the token. Rejects where it refuses. */
export type AskThere = <T>(method: string, params: readonly unknown[]) => Promise<T>;

/** A token's transfers on a member, summed up over blocks without a gap. */
export interface ReadTransfers {
  /** Balance of each account after them. */
  readonly sums: ReadonlyMap<string, bigint>;
  /** The first block that was read; 0 where all were. */
  readonly since: number;
  /** The last one. */
  readonly upTo: Pick<BlockAnswer, "number" | "hash">;
}

/**
 * Reads a token's transfers from the newest block down, in ranges of blocks that keep each answer small;
 * after an earlier reading `before`, only the blocks since then, unless the chain has returned to an earlier
 * state. Rejects if the member refuses.
 */
export async function readTransfers(ask: AskThere, address: string, before?: ReadTransfers): Promise<ReadTransfers> {
  const upTo = await blockAt(ask, "latest");
  if (upTo === null) throw new Error("the member tells no block");
  const kept = before !== undefined && (await isStillThere(ask, before)) ? before : undefined;
  const first = kept === undefined ? 0 : Number(kept.upTo.number) + 1;
  const sums = new Map<string, bigint>();
  const since = await sumDown(ask, address, { first, last: Number(upTo.number), sums });
  if (kept === undefined || since > first) return { sums, since, upTo };
  for (const [account, sum] of kept.sums) sums.set(account, (sums.get(account) ?? 0n) + sum);
  return { sums, since: kept.since, upTo };
}

/** Adds up what these blocks moved, as far down as one reading goes; the first block that it has read. */
async function sumDown(
  ask: AskThere,
  address: string,
  { first, last, sums }: { readonly first: number; readonly last: number; readonly sums: Map<string, bigint> },
): Promise<number> {
  let span = FIRST_SPAN;
  let since = last + 1;
  let transfers = 0;
  for (let asked = 0; since > first && transfers < MOST_TRANSFERS && asked < MOST_QUESTIONS; asked++) {
    const from = Math.max(first, since - span);
    const range = { fromBlock: hex(from), toBlock: hex(since - 1) };
    const logs = await ask<readonly LogAnswer[]>("eth_getLogs", [{ address, topics: [TRANSFER_TOPIC], ...range }]).catch(
      (error: unknown) => {
        // Members differ in how much they answer at once; what is refused of a single block is refused for another reason.
        if (since - from > 1) return undefined;
        throw error;
      },
    );
    if (logs !== undefined) {
      addTransfers(sums, logs);
      transfers += logs.length;
      since = from;
    }
    const isMuch = logs === undefined || logs.length > MANY_LOGS;
    span = isMuch ? Math.max(1, Math.floor(span / 8)) : Math.min(MOST_BLOCKS, span * 2);
  }
  return since;
}

async function isStillThere(ask: AskThere, { upTo, sums }: ReadTransfers): Promise<boolean> {
  return sums.size <= MOST_TRANSFERS && (await blockAt(ask, upTo.number))?.hash === upTo.hash;
}

function blockAt(ask: AskThere, number: string): Promise<BlockAnswer | null> {
  return ask<BlockAnswer | null>("eth_getBlockByNumber", [number, false]);
}
