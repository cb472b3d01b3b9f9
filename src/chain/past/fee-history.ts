import { hexQuantity } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { ToldFields, ToldBlock, ToldBlocks } from "./told-blocks.ts";

/** An answer of `eth_feeHistory`. */
interface FeeHistory {
  readonly oldestBlock: string;
  /** One more than there are blocks. */
  readonly baseFeePerGas: readonly string[];
  readonly gasUsedRatio: readonly number[];
  readonly reward?: readonly (readonly string[])[];
}

/** Tags of the newest block, or no tag. */
export const NEWEST = new Set<unknown>([undefined, null, "latest", "safe", "finalized"]);
/** Blocks of which `eth_feeHistory` tells at once. */
const MAX_FEE_HISTORY = 1024;

/**
 * An answer that has to do with blocks before a place; undefined for any other, which the engine behind the place gives alone.
 * `newest` is its newest block, `ask` its own answer.
 */
export async function feeHistoryAcross(
  told: ToldBlocks,
  newest: bigint,
  [count, tag, percentiles]: readonly unknown[],
  ask: (params: readonly unknown[]) => Promise<unknown>,
): Promise<FeeHistory | undefined> {
  const blocks = Number(count);
  const named = numberOf(tag, newest);
  if (!Number.isSafeInteger(blocks) || blocks < 1 || blocks > MAX_FEE_HISTORY || named === undefined) return undefined;
  if (named <= told.last) return feeHistory(told, blocks, Number(named), percentiles);
  const newer = Number(named - told.last);
  if (newer >= blocks) return undefined;
  const rest = (await ask([hexQuantity(BigInt(newer)), tag, percentiles])) as FeeHistory;
  return joined(feeHistory(told, blocks - newer, Number(told.last), percentiles), rest);
}

function numberOf(tag: unknown, newest: bigint): bigint | undefined {
  if (NEWEST.has(tag)) return newest;
  if (tag === "earliest") return 0n;
  if (tag === "pending") return newest + 1n;
  const number = typeof tag === "string" && /^0x[0-9a-fA-F]{1,16}$/.test(tag) ? BigInt(tag) : undefined;
  return number === undefined || number > newest ? undefined : number;
}

/** Of blocks before a place. */
function feeHistory(told: ToldBlocks, count: number, last: number, percentiles: unknown): FeeHistory {
  const first = Math.max(0, last - count + 1);
  const blocks = Array.from({ length: last - first + 1 }, (_, i) => told.withReceipts(first + i));
  const rewards = Array.isArray(percentiles)
    ? { reward: blocks.map((block) => rewardsOf(block, percentiles as readonly number[])) }
    : {};
  return {
    oldestBlock: hexQuantity(first),
    baseFeePerGas: [...blocks.map((block) => baseFeeOf(block?.block)), nextBaseFee(blocks.at(-1)?.block)].map(hexQuantity),
    gasUsedRatio: blocks.map((block) => Number(block?.block["gasUsed"]) / Number(block?.block["gasLimit"])),
    ...rewards,
  };
}

/** Wei. */
function baseFeeOf(block: ToldFields | undefined): bigint {
  return BigInt((block?.["baseFeePerGas"] as Hex | undefined) ?? 0);
}

/** Of the block behind this one, by EIP-1559. */
function nextBaseFee(block: ToldFields | undefined): bigint {
  const fee = baseFeeOf(block);
  const [used, target] = [
    BigInt((block?.["gasUsed"] as Hex | undefined) ?? 0),
    BigInt((block?.["gasLimit"] as Hex | undefined) ?? 0) / 2n,
  ];
  if (target === 0n || used === target) return fee;
  if (used < target) return fee - (fee * (target - used)) / target / BASE_FEE_STEPS;
  const more = (fee * (used - target)) / target / BASE_FEE_STEPS;
  return fee + (more === 0n ? 1n : more);
}

/** A base fee changes by an eighth at most. */
const BASE_FEE_STEPS = 8n;

/** Of blocks that follow each other. */
function joined(older: FeeHistory, newer: FeeHistory): FeeHistory {
  const rewards = older.reward === undefined ? {} : { reward: [...older.reward, ...(newer.reward ?? [])] };
  return {
    oldestBlock: older.oldestBlock,
    baseFeePerGas: [...older.baseFeePerGas.slice(0, -1), ...newer.baseFeePerGas],
    gasUsedRatio: [...older.gasUsedRatio, ...newer.gasUsedRatio],
    ...rewards,
  };
}

/** What the transaction pays above the base fee that the block's share of gas falls into, cheap ones first. */
function rewardsOf(told: ToldBlock | undefined, percentiles: readonly number[]): readonly string[] {
  const baseFee = baseFeeOf(told?.block);
  const paid = (told?.receipts ?? [])
    .map((receipt) => ({ gas: Number(receipt["gasUsed"]), price: BigInt(receipt["effectiveGasPrice"] as Hex) - baseFee }))
    .sort((a, b) => (a.price < b.price ? -1 : Number(a.price > b.price)));
  const total = paid.reduce((sum, { gas }) => sum + gas, 0);
  return percentiles.map((percentile) => {
    let sum = 0;
    const reached = paid.find(({ gas }) => (sum += gas) >= (total * percentile) / 100) ?? paid.at(-1);
    return hexQuantity(reached?.price ?? 0n);
  });
}
