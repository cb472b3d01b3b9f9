import { RpcCode, RpcError } from "./json-rpc.ts";

/** As many as Ethereum's nodes take. */
const MAX_PERCENTILES = 100;

/** Checks the parameters of `eth_feeHistory`: each percentile is answered for each of up to 1,024 blocks. Throws RpcError. */
export function checkFeeHistory([, , percentiles]: readonly unknown[]): void {
  if (!Array.isArray(percentiles) || percentiles.length <= MAX_PERCENTILES) return;
  throw new RpcError(RpcCode.limitExceeded, `eth_feeHistory takes at most ${MAX_PERCENTILES} percentiles, got ${percentiles.length}`);
}
