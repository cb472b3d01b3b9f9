import { DevnetOptionsError } from "../described/options.ts";

const LONGEST_ANSWER_MS = 10_000;

/**
 * A number that an L1 of the options returns, by a single request: a client would retry forever. Rejects with
 * DevnetOptionsError, which names the option and the remedy, if it gets no answer.
 */
export async function askOnce(
  url: string,
  method: "eth_chainId" | "eth_blockNumber",
  { option, instead }: { readonly option: string; readonly instead: string },
): Promise<bigint> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [] }),
      signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
    });
    const { result } = (await response.json()) as { readonly result?: unknown };
    if (typeof result === "string" && /^0x[0-9a-f]+$/i.test(result)) return BigInt(result);
    throw new Error(`it does not answer ${method}`);
  } catch (error) {
    // Paths and passwords of URLs are often keys.
    const { origin } = new URL(url);
    const reason = (error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)).replaceAll(
      url,
      origin,
    );
    throw new DevnetOptionsError(
      "BadOptions",
      `${option}: there is no Ethereum node at ${origin} (${reason}); start one there, or ${instead}`,
      {
        cause: error,
      },
    );
  }
}
