import type { RpcClient } from "../../../src/chain/rpc/request/dispatch.ts";

/** A connection from outside, as the server makes one for each. */
export function outsideClient(address = "192.0.2.1"): { readonly client: RpcClient; end(): void } {
  const ending = new AbortController();
  return { client: { subscriptions: new Set(), gone: ending.signal, address }, end: () => ending.abort() };
}
