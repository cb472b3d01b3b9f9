import { hexQuantity } from "../../ground/protocol/hex.ts";
import { feeHistory, type FeeHistory } from "../index/fee-history.ts";
import type { PastBlocks } from "./told-blocks.ts";

/** Tags of the newest block, or no tag. */
const NEWEST = new Set<unknown>([undefined, null, "latest", "safe", "finalized"]);
/** Blocks of which `eth_feeHistory` tells at once. */
const MAX_FEE_HISTORY = 1024;

/**
 * An answer that has to do with blocks before a place; undefined for any other, which the engine behind the place gives alone.
 * `newest` is its newest block, `ask` its own answer.
 */
export async function feeHistoryAcross(
  pastBlocks: PastBlocks,
  newest: bigint,
  [count, tag, percentiles]: readonly unknown[],
  ask: (params: readonly unknown[]) => Promise<unknown>,
): Promise<FeeHistory | undefined> {
  const blocks = Number(count);
  const named = numberOf(tag, newest);
  if (!Number.isSafeInteger(blocks) || blocks < 1 || blocks > MAX_FEE_HISTORY || named === undefined) return undefined;
  if (named <= pastBlocks.last) return toldHistory(pastBlocks, blocks, Number(named), percentiles);
  const newer = Number(named - pastBlocks.last);
  if (newer >= blocks) return undefined;
  const rest = (await ask([hexQuantity(BigInt(newer)), tag, percentiles])) as FeeHistory;
  return joined(toldHistory(pastBlocks, blocks - newer, Number(pastBlocks.last), percentiles), rest);
}

function numberOf(tag: unknown, newest: bigint): bigint | undefined {
  if (NEWEST.has(tag)) return newest;
  if (tag === "earliest") return 0n;
  if (tag === "pending") return newest + 1n;
  const number = typeof tag === "string" && /^0x[0-9a-fA-F]{1,16}$/.test(tag) ? BigInt(tag) : undefined;
  return number === undefined || number > newest ? undefined : number;
}

/** Fee history of blocks before a checkpoint. */
function toldHistory(pastBlocks: PastBlocks, count: number, last: number, percentiles: unknown): FeeHistory {
  const first = Math.max(0, last - count + 1);
  return feeHistory(
    first,
    Array.from({ length: last - first + 1 }, (_, i) => pastBlocks.withReceipts(first + i)),
    percentiles,
  );
}

/** Fee history of consecutive blocks, from two parts. */
function joined(older: FeeHistory, newer: FeeHistory): FeeHistory {
  const rewards = older.reward === undefined ? {} : { reward: [...older.reward, ...(newer.reward ?? [])] };
  return {
    oldestBlock: older.oldestBlock,
    baseFeePerGas: [...older.baseFeePerGas.slice(0, -1), ...newer.baseFeePerGas],
    gasUsedRatio: [...older.gasUsedRatio, ...newer.gasUsedRatio],
    ...rewards,
  };
}
