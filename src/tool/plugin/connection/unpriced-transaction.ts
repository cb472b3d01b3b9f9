import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

/**
 * Sends a request. Hardhat Ignition gives transactions fee caps of 0 wherever the newest block's base fee is
 * 0, and Ignition has no option for this. A chain with a price refuses this transaction (`FeeTooLow`) before
 * it uses a nonce. Then it is sent again without the caps, and Hardhat sets the chain's price.
 */
export async function sendPriced(
  request: JsonRpcRequest,
  send: (request: JsonRpcRequest) => Promise<JsonRpcResponse>,
): Promise<JsonRpcResponse> {
  const priced = withoutEmptyCaps(request);
  if (priced === undefined) return send(request);
  try {
    const response = await send(request);
    return "error" in response && isFeeTooLow(response.error) ? await send(priced) : response;
  } catch (error) {
    if (!isFeeTooLow(error)) throw error;
    return send(priced);
  }
}

/** The request without its transaction's caps, where both are 0; undefined for any other. */
function withoutEmptyCaps(request: JsonRpcRequest): JsonRpcRequest | undefined {
  if (request.method !== "eth_sendTransaction" || !Array.isArray(request.params)) return undefined;
  const [transaction, ...others]: readonly unknown[] = request.params;
  if (typeof transaction !== "object" || transaction === null) return undefined;
  const { maxFeePerGas, maxPriorityFeePerGas, ...rest } = transaction as Readonly<Record<string, unknown>>;
  if (![maxFeePerGas, maxPriorityFeePerGas].every(isZero)) return undefined;
  return { ...request, params: [rest, ...others] };
}

function isZero(value: unknown): boolean {
  return typeof value === "string" && /^0x0+$/.test(value);
}

/** A chain's refusal, as its RPC answers it, or as a member of this process throws it. */
function isFeeTooLow(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("data" in error)) return false;
  const { data } = error;
  return typeof data === "object" && data !== null && "code" in data && data.code === "FeeTooLow";
}
