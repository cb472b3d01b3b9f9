import type { Chain } from "../../chain.ts";
import type { GasPrice } from "../../mempool/gas-price.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** A gas price that another makes, with a floor which can rise while the chain runs and does not fall. */
export class FlooredGasPrice implements GasPrice {
  readonly #price: GasPrice;
  #floorWei = 0n;

  constructor(price: GasPrice) {
    this.#price = price;
  }

  get leastWei(): bigint {
    return this.#above(this.#price.leastWei);
  }

  get toldWei(): bigint {
    return this.#above(this.#price.toldWei);
  }

  raise(floorWei: bigint): void {
    this.#floorWei = this.#above(floorWei);
  }

  #above(wei: bigint): bigint {
    return wei > this.#floorWei ? wei : this.#floorWei;
  }
}

/** Ends what waits in a chain's pool and pays less than is taken now. `recipient` of the fees pays none. */
export function dropUnderpaid({ mempool, sequencer }: Pick<Chain, "mempool" | "sequencer">, recipient: Hex): void {
  const least = mempool.leastPaidWei;
  for (const { from, ready, queued } of mempool.waiting()) {
    if (from === recipient) continue;
    for (const { hash, maxPriorityFeePerGasWei } of [...queued, ...ready])
      if (maxPriorityFeePerGasWei < least) sequencer.drop(hash);
  }
}
