import type { Hex } from "../../protocol/hex.ts";
import type { Fields, ToldBlocks } from "./told-blocks.ts";

/** An answer of `eth_feeHistory`. */
export interface FeeHistory {
  readonly oldestBlock: string;
  /** One more than there are blocks. */
  readonly baseFeePerGas: readonly string[];
  readonly gasUsedRatio: readonly number[];
  readonly reward?: readonly (readonly string[])[];
}

/** Of blocks before a place. Chains have no base fee. */
export function feeHistory(told: ToldBlocks, count: number, last: number, percentiles: unknown): FeeHistory {
  const first = Math.max(0, last - count + 1);
  const blocks = Array.from({ length: last - first + 1 }, (_, i) => told.withReceipts(first + i));
  const rewards = Array.isArray(percentiles)
    ? { reward: blocks.map((block) => rewardsOf(block?.receipts ?? [], percentiles as readonly number[])) }
    : {};
  return {
    oldestBlock: `0x${first.toString(16)}`,
    baseFeePerGas: Array.from({ length: blocks.length + 1 }, () => "0x0"),
    gasUsedRatio: blocks.map((block) => Number(block?.block["gasUsed"]) / Number(block?.block["gasLimit"])),
    ...rewards,
  };
}

/** Of blocks that follow each other. */
export function joined(older: FeeHistory, newer: FeeHistory): FeeHistory {
  const rewards = older.reward === undefined ? {} : { reward: [...older.reward, ...(newer.reward ?? [])] };
  return {
    oldestBlock: older.oldestBlock,
    baseFeePerGas: [...older.baseFeePerGas.slice(0, -1), ...newer.baseFeePerGas],
    gasUsedRatio: [...older.gasUsedRatio, ...newer.gasUsedRatio],
    ...rewards,
  };
}

/** The price of the transaction that the block's share of gas falls into, cheap ones first. */
function rewardsOf(receipts: readonly Fields[], percentiles: readonly number[]): readonly string[] {
  const paid = receipts
    .map((receipt) => ({ gas: Number(receipt["gasUsed"]), price: BigInt(receipt["effectiveGasPrice"] as Hex) }))
    .sort((a, b) => (a.price < b.price ? -1 : Number(a.price > b.price)));
  const total = paid.reduce((sum, { gas }) => sum + gas, 0);
  return percentiles.map((percentile) => {
    let sum = 0;
    const reached = paid.find(({ gas }) => (sum += gas) >= (total * percentile) / 100) ?? paid.at(-1);
    return `0x${(reached?.price ?? 0n).toString(16)}`;
  });
}
