import type { CompleteOptions } from "../described/options.ts";
import type { SettlementLayer } from "./settlement-layer.ts";

/** Advances the ecosystem's L1 to a second, with a block at it or later; `undefined` if L1 is remote. */
export function passingL1(
  options: Pick<CompleteOptions, "l1">,
  { clock, l1 }: Pick<SettlementLayer, "clock" | "l1">,
): ((second: bigint) => Promise<void>) | undefined {
  if (options.l1.url !== undefined) return undefined;
  return async (second) => {
    const ahead = second - clock.nowSeconds();
    if (ahead > 0n) {
      await clock.prepareMove(ahead);
      await clock.moveTo(second);
    }
    await l1.request("evm_mine");
  };
}
