import { setImmediate } from "node:timers/promises";
import { hexQuantity } from "../../../ground/protocol/hex.ts";
import type { Chain } from "../../chain.ts";
import { feeHistory, type FeeHistory } from "../../index/fee-history.ts";
import { blockNumber } from "../calls/asked-place.ts";
import { list } from "../request/call-request.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { quantity } from "../request/quantities.ts";

/** The least price of blobs (EIP-4844): no block holds any. */
export const MIN_BLOB_FEE = "0x1";
/** Maximum number of percentiles, like that of Ethereum's nodes. */
const MAX_PERCENTILES = 100;
const MAX_BLOCKS = 1024n;
/** Told before others have their turn: full ones take milliseconds each. */
const BLOCKS_AT_ONCE = 8n;

/**
 * `eth_feeHistory`. No base fee is above 0, and no block holds blobs. No reward is below the chain's gas price: clients make
 * their fees of the rewards, and those of blocks without transactions, or with free ones, would lead them to less than the chain
 * asks for elsewhere. Rejects with RpcError.
 */
export async function chainFeeHistory(chain: Chain, params: readonly unknown[], gasPriceWei: bigint): Promise<object> {
  checkFeeHistory(params);
  const [count, tag, percentiles] = params;
  const last = blockNumber(chain, tag) + (tag === "pending" ? 1n : 0n);
  const wanted = quantity(count);
  if (wanted < 1n || wanted > MAX_BLOCKS)
    throw new RpcError(RpcCode.invalidParams, `eth_feeHistory tells of 1 to ${MAX_BLOCKS} blocks, got ${wanted}`);
  const first = wanted > last ? 0n : last - wanted + 1n;
  const history = await historyOf(chain, { first, last }, requirePercentiles(percentiles));
  const raise = (reward: string): string => (BigInt(reward) >= gasPriceWei ? reward : hexQuantity(gasPriceWei));
  const { baseFeePerGas, gasUsedRatio, reward } = history;
  return {
    ...history,
    baseFeePerBlobGas: baseFeePerGas.map(() => MIN_BLOB_FEE),
    blobGasUsedRatio: gasUsedRatio.map(() => 0),
    ...(reward === undefined ? {} : { reward: reward.map((block) => block.map(raise)) }),
  };
}

async function historyOf(
  { blocks }: Chain,
  { first, last }: { readonly first: bigint; readonly last: bigint },
  percentiles: readonly number[] | undefined,
): Promise<FeeHistory> {
  const parts: FeeHistory[] = [];
  for (let from = first; from <= last; from += BLOCKS_AT_ONCE) {
    await setImmediate();
    const count = last - from < BLOCKS_AT_ONCE ? last - from + 1n : BLOCKS_AT_ONCE;
    const told = Array.from({ length: Number(count) }, (_, i) => blocks.fees(from + BigInt(i)));
    parts.push(feeHistory(from, told, percentiles));
  }
  return {
    oldestBlock: hexQuantity(first),
    // Each part says of the block behind it too, which begins the next part.
    baseFeePerGas: parts.flatMap(({ baseFeePerGas }, i) => (i < parts.length - 1 ? baseFeePerGas.slice(0, -1) : baseFeePerGas)),
    gasUsedRatio: parts.flatMap(({ gasUsedRatio }) => gasUsedRatio),
    ...(percentiles === undefined ? {} : { reward: parts.flatMap(({ reward = [] }) => reward) }),
  };
}

/** Throws RpcError for too many percentiles: each is answered for each of up to 1,024 blocks. */
export function checkFeeHistory([, , percentiles]: readonly unknown[]): void {
  if (!Array.isArray(percentiles) || percentiles.length <= MAX_PERCENTILES) return;
  throw new RpcError(
    RpcCode.limitExceeded,
    `eth_feeHistory takes at most ${MAX_PERCENTILES} percentiles, got ${percentiles.length}`,
  );
}

/** Throws RpcError. */
function requirePercentiles(value: unknown): readonly number[] | undefined {
  if ((value ?? undefined) === undefined) return undefined;
  const percentiles = list(value, "the percentiles");
  if (percentiles.length === 0) return undefined;
  let least = 0;
  for (const percentile of percentiles) {
    if (typeof percentile !== "number" || !(percentile >= least && percentile <= 100))
      throw new RpcError(RpcCode.invalidParams, `percentiles rise from 0 to 100, got ${JSON.stringify(percentile)}`);
    least = percentile;
  }
  return percentiles as readonly number[];
}
