import type { Chain } from "../../../src/chain/chain.ts";
import type { RpcMethods } from "../../../src/chain/rpc/request/dispatch.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";

const known = new WeakMap<Chain, RpcMethods>();

/** Asks a chain by JSON-RPC's names, as its clients do. */
export async function ask(chain: Chain, method: string, params: readonly unknown[] = []): Promise<unknown> {
  let methods = known.get(chain);
  if (methods === undefined) known.set(chain, (methods = chainMethods(chain, { gasPrice: { toldWei: 0n }, development: false })));
  return methods.get(method)!(params, undefined);
}
