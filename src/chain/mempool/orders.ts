import type { SignedTransaction } from "../../ground/transaction/transaction.ts";

/**
 * Choice of the next transaction: its index in the list of the first ready transaction of each sender, oldest first. The chain
 * stops on another index.
 */
export type TransactionOrder = (ready: readonly SignedTransaction[]) => number;

/** Highest price per gas first, and of equal prices the oldest transaction. The base fee is 0, so the tip is the price. */
export const byFee: TransactionOrder = (ready) => {
  let best = 0;
  for (const [i, { maxPriorityFeePerGasWei }] of ready.entries())
    if (maxPriorityFeePerGasWei > (ready[best]?.maxPriorityFeePerGasWei ?? 0n)) best = i;
  return best;
};

/**
 * The first `limit` transactions in an order; those of a sender stay in the order of their nonces. `waiting` is oldest first.
 * Throws RangeError for an index that is not in the list.
 */
export function ordered(
  waiting: readonly SignedTransaction[],
  limit: number,
  order: TransactionOrder,
): readonly SignedTransaction[] {
  const lines = Map.groupBy(waiting.keys(), (at) => waiting[at]?.from);
  const heads = [...lines.values()].flatMap((line) => line.shift() ?? []);
  const chosen: SignedTransaction[] = [];
  while (heads.length > 0 && chosen.length < limit) {
    const index = order(heads.flatMap((at) => waiting[at] ?? []));
    const next = waiting[heads[index] ?? -1];
    if (next === undefined) throw new RangeError(`the order of transactions names index ${index} of ${heads.length}`);
    chosen.push(next);
    heads.splice(index, 1, ...(lines.get(next.from)?.splice(0, 1) ?? []));
    heads.sort((a, b) => a - b);
  }
  return chosen;
}
