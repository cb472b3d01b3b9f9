import { hexQuantity, type Hex } from "../../ground/protocol/hex.ts";
import type { ShownFields } from "../../ground/transaction/shown-transaction.ts";

/** An answer of `eth_feeHistory`. */
export interface FeeHistory {
  readonly oldestBlock: string;
  /** One more than there are blocks. */
  readonly baseFeePerGas: readonly string[];
  readonly gasUsedRatio: readonly number[];
  readonly reward?: readonly (readonly string[])[];
}

/** Fees of a block: its gas and base fee, and the gas and payments of each of its transactions. */
export interface FeeBlock {
  readonly block: ShownFields;
  readonly receipts: readonly ShownFields[];
}

/** Fee history of consecutive blocks. */
export function feeHistory(first: number | bigint, blocks: readonly (FeeBlock | undefined)[], percentiles: unknown): FeeHistory {
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
function baseFeeOf(block: ShownFields | undefined): bigint {
  return BigInt((block?.["baseFeePerGas"] as Hex | undefined) ?? 0);
}

/** Base fee of the next block, by EIP-1559. */
function nextBaseFee(block: ShownFields | undefined): bigint {
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

/** Payments above the base fee of the transactions at the given shares of the block's gas, cheap ones first. */
function rewardsOf(feeBlock: FeeBlock | undefined, percentiles: readonly number[]): readonly string[] {
  const baseFee = baseFeeOf(feeBlock?.block);
  const paid = (feeBlock?.receipts ?? [])
    .map((receipt) => ({ gas: Number(receipt["gasUsed"]), price: BigInt(receipt["effectiveGasPrice"] as Hex) - baseFee }))
    .sort((a, b) => (a.price < b.price ? -1 : Number(a.price > b.price)));
  const total = paid.reduce((sum, { gas }) => sum + gas, 0);
  return percentiles.map((percentile) => {
    let sum = 0;
    const reached = paid.find(({ gas }) => (sum += gas) >= (total * percentile) / 100) ?? paid.at(-1);
    return hexQuantity(reached?.price ?? 0n);
  });
}
