import type { SignedTransaction } from "../transaction/transaction.ts";
import type { Hex } from "../../protocol/hex.ts";

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
  const later = new Map<Hex, number[]>();
  const heads: number[] = [];
  for (const [at, { from }] of waiting.entries()) {
    const line = later.get(from);
    if (line === undefined) heads.push(at);
    if (line === undefined) later.set(from, []);
    else line.push(at);
  }
  for (const line of later.values()) line.reverse();
  const ready = heads.flatMap((at) => waiting[at] ?? []);
  const chosen: SignedTransaction[] = [];
  while (ready.length > 0 && chosen.length < limit) {
    // A copy: the order of others may sort its list.
    const index = order([...ready]);
    const next = ready[index];
    if (next === undefined) throw new RangeError(`the order of transactions names index ${index} of ${ready.length}`);
    chosen.push(next);
    heads.splice(index, 1);
    ready.splice(index, 1);
    const at = later.get(next.from)?.pop();
    const following = at === undefined ? undefined : waiting[at];
    if (at === undefined || following === undefined) continue;
    const behind = heads.findIndex((head) => head > at);
    const position = behind === -1 ? heads.length : behind;
    heads.splice(position, 0, at);
    ready.splice(position, 0, following);
  }
  return chosen;
}
