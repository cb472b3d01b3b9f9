import { RpcCode, RpcError } from "./json-rpc.ts";
import { hexQuantity } from "../../protocol/hex.ts";

/** The least price of blobs (EIP-4844): no block holds any. */
export const LEAST_BLOB_FEE = "0x1";
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

interface History {
  readonly baseFeePerGas: readonly unknown[];
  readonly gasUsedRatio: readonly unknown[];
  readonly reward?: readonly unknown[];
}

/**
 * The engine's answer to `eth_feeHistory`, with what it lacks of Ethereum's since EIP-4844: the price of blobs, of which no block
 * holds any. No reward is below the chain's gas price: clients make their fees of the rewards, and those of blocks without
 * transactions, or with free ones, would lead them to less than the chain asks for elsewhere.
 */
export function shownHistory(history: unknown, gasPriceWei: bigint): unknown {
  if (!isHistory(history)) return history;
  const raise = (reward: unknown): unknown =>
    typeof reward === "string" && BigInt(reward) >= gasPriceWei ? reward : hexQuantity(gasPriceWei);
  const { baseFeePerGas, gasUsedRatio, reward } = history;
  return {
    ...history,
    baseFeePerBlobGas: baseFeePerGas.map(() => LEAST_BLOB_FEE),
    blobGasUsedRatio: gasUsedRatio.map(() => 0),
    ...(reward === undefined
      ? {}
      : { reward: reward.map((block: unknown) => (Array.isArray(block) ? block.map(raise) : block)) }),
  };
}

function isHistory(value: unknown): value is History {
  if (typeof value !== "object" || value === null) return false;
  const { baseFeePerGas, gasUsedRatio, reward = [] } = value as Readonly<Record<string, unknown>>;
  return [baseFeePerGas, gasUsedRatio, reward].every(Array.isArray);
}
