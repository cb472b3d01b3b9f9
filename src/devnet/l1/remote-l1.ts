import type { LocalL1 } from "./local-l1.ts";
import { DevnetOptionsError } from "../options.ts";
import { connectHttp } from "../relaying.ts";
import { l1Request } from "./l1-request.ts";

const LONGEST_ANSWER_MS = 10_000;

/**
 * An L1 that somebody else runs. Only Ethereum's own methods are used of it, and none can be added: the ecosystem is driven
 * through its chains. Rejects with DevnetOptionsError where nothing answers.
 */
export async function connectRemoteL1(url: string): Promise<LocalL1> {
  const chainId = await chainIdAt(url);
  const provider = connectHttp(chainId, l1Request(url));
  const request = (method: string, params: readonly unknown[] = []): Promise<unknown> => provider.send(method, [...params]);
  return {
    chainId,
    url,
    provider,
    request,
    eip1193: {
      request: ({ method, params }) => request(method, params),
      // Over HTTP there are no notifications.
      on: () => undefined,
      removeListener: () => undefined,
    },
    addMethods: () => undefined,
    close() {
      provider.destroy();
      return Promise.resolve();
    },
  };
}

/** Asked once by hand: a client would try without end. */
async function chainIdAt(url: string): Promise<bigint> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
    });
    const { result } = (await response.json()) as { readonly result?: unknown };
    if (typeof result === "string" && /^0x[0-9a-f]+$/i.test(result)) return BigInt(result);
    throw new Error("it does not answer eth_chainId");
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new DevnetOptionsError(
      `l1.url: there is no Ethereum node at ${url} (${reason}); start one there, or leave l1.url out for an L1 in this process`,
      { cause: error },
    );
  }
}
