import type { RouteRequest } from "../rpc/transport/http-route.ts";
import { blockTag } from "./blocks.ts";
import { invalid } from "./rest-error.ts";

export async function readAccount({ path: { address = "" }, query, ask }: RouteRequest): Promise<object> {
  if (!/^0x[0-9a-fA-F]{40}$/.test(address)) throw invalid("address", address, "20 bytes in hexadecimal digits");
  const tag = blockTag(query["block"] ?? "latest");
  const [block] = await ask(["eth_getBlockByNumber", tag, false]);
  const number = (block as { readonly number?: string } | null)?.number ?? tag;
  // All of one block, whatever comes meanwhile.
  const [balance, nonce, code] = (await ask(
    ["eth_getBalance", address, number],
    ["eth_getTransactionCount", address, number],
    ["eth_getCode", address, number],
  )) as readonly [string, string, string];
  return {
    address: address.toLowerCase(),
    block: Number(number),
    balanceWei: BigInt(balance).toString(),
    nonce: Number(nonce),
    codeBytes: (code.length - 2) / 2,
  };
}
