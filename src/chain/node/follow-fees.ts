import type { Provider } from "ethers";
import type { ChainSettlement } from "./l1-link.ts";
import type { FeeOptions } from "./described/fee-options.ts";
import { FollowedGasPrice } from "./fees/followed-gas-price.ts";
import { NextFloorCosts } from "./fees/next-floor-costs.ts";

/** Source of L1's share in a chain's gas price. */
export interface FollowedFees {
  /** Undefined where the chain's price does not follow L1's. */
  readonly price: FollowedGasPrice | undefined;
  /** Forecast of the cost of batches; undefined with the price. */
  readonly nextFloor: NextFloorCosts | undefined;
  /** The settlement that also tells the price what executed batches cost. */
  following(settlement: ChainSettlement): ChainSettlement;
  /** Reads L1's price after this poll of L1. An unreadable price does not change. */
  lookAfter<Result>(look: Promise<Result>): Promise<Result>;
}

export function followFees(
  options: FeeOptions | undefined,
  l1: Pick<Provider, "getFeeData" | "getTransaction"> | undefined,
): FollowedFees {
  if (options === undefined || l1 === undefined)
    return { price: undefined, nextFloor: undefined, following: (settlement) => settlement, lookAfter: (look) => look };
  const price = new FollowedGasPrice(options);
  const nextFloor = new NextFloorCosts(l1);
  return {
    price,
    nextFloor,
    following: (settlement) => ({
      ...settlement,
      onUpdate(update) {
        if (update.type === "settled") {
          price.addBatch(update.batch);
          void nextFloor.add(update.batch);
        }
        settlement.onUpdate?.(update);
      },
    }),
    async lookAfter(look) {
      const result = await look;
      const { gasPrice } = await l1.getFeeData().catch(() => ({ gasPrice: null }));
      if (gasPrice !== null) price.moveL1(gasPrice);
      return result;
    },
  };
}
