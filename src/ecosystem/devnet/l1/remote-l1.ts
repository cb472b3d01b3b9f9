import { connectHttp } from "../relaying/relaying.ts";
import { askOnce } from "./ask-once.ts";
import { l1Request } from "./request/l1-request.ts";
import type { LocalL1 } from "./local-l1.ts";

/**
 * An external L1. Only Ethereum's methods are used, and none can be added: the ecosystem is driven through its chains.
 * Rejects with DevnetOptionsError if it gets no answer.
 */
export async function connectRemoteL1(url: string): Promise<LocalL1> {
  const instead = "leave l1.url out for an L1 in this process";
  const chainId = await askOnce(url, "eth_chainId", { option: "l1.url", instead });
  const provider = connectHttp(chainId, l1Request(url));
  const clients = [provider];
  const request = (method: string, params: readonly unknown[] = []): Promise<unknown> => provider.send(method, [...params]);
  return {
    chainId,
    url,
    provider,
    connect() {
      const client = connectHttp(chainId, l1Request(url));
      clients.push(client);
      return client;
    },
    request,
    eip1193: {
      request: ({ method, params }) => request(method, params),
      // Over HTTP there are no notifications.
      on: () => undefined,
      removeListener: () => undefined,
    },
    addMethods: () => undefined,
    onMoved: () => () => undefined,
    close() {
      for (const client of clients) client.destroy();
      return Promise.resolve();
    },
  };
}
