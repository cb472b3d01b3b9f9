import { RpcCode, RpcError } from "./json-rpc.ts";
import { hexQuantity } from "../../protocol/hex.ts";

/** As many as Ethereum's nodes take. */
const MAX_PERCENTILES = 100;

/** Checks the parameters of `eth_feeHistory`: each percentile is answered for each of up to 1,024 blocks. Throws RpcError. */
export function checkFeeHistory([, , percentiles]: readonly unknown[]): void {
  if (!Array.isArray(percentiles) || percentiles.length <= MAX_PERCENTILES) return;
  throw new RpcError(
    RpcCode.limitExceeded,
    `eth_feeHistory takes at most ${MAX_PERCENTILES} percentiles, got ${percentiles.length}`,
  );
}

/**
 * The engine's answer to `eth_feeHistory` with no reward below the chain's gas price: clients make their fees of the rewards, and
 * those of blocks without transactions, or with free ones, would lead them to less than the chain asks for elsewhere.
 */
export function withLeastRewards(history: unknown, gasPriceWei: bigint): unknown {
  if (typeof history !== "object" || history === null || !("reward" in history) || !Array.isArray(history.reward)) return history;
  const raise = (reward: unknown): unknown =>
    typeof reward === "string" && BigInt(reward) >= gasPriceWei ? reward : hexQuantity(gasPriceWei);
  return { ...history, reward: history.reward.map((block: unknown) => (Array.isArray(block) ? block.map(raise) : block)) };
}
