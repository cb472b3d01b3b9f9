import type { Chain } from "../../chain.ts";
import { hexQuantity } from "../../../ground/protocol/hex.ts";
import { accountMethods } from "../accounts/account-methods.ts";
import { NO_ACCOUNTS } from "../accounts/unlocked-accounts.ts";
import { sendSyncMethod } from "../blocks/send-sync.ts";
import { Impersonation } from "../development/impersonation.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { sendRawMethod, type ChainMethodOptions } from "./methods.ts";

/**
 * Methods that differ between a porter and its chain: the id, and transactions, which are signed for it. All else is one
 * chain: the same blocks, and the same state of all accounts.
 */
export function porterMethods(
  chain: Chain,
  porterId: number,
  { development, accounts = NO_ACCOUNTS, gasPrice }: Pick<ChainMethodOptions, "development" | "accounts" | "gasPrice">,
  others: ReadonlyMap<string, RpcMethod>,
): ReadonlyMap<string, RpcMethod> {
  const own = new Map<string, RpcMethod>([
    ["eth_chainId", async () => hexQuantity(porterId)],
    ["net_version", async () => String(porterId)],
    ["eth_sendRawTransaction", sendRawMethod(chain, "porter")],
  ]);
  own.set("eth_sendRawTransactionSync", sendSyncMethod(chain, new Map([...others, ...own])));
  if (!development) return own;
  const named: Chain = { ...chain, chainId: porterId, submit: (raw) => chain.submit(raw, "porter") };
  const signing = accountMethods(named, { accounts, impersonated: new Impersonation(), gasPrice, others });
  for (const [method, answer] of signing)
    if (method === "eth_sendTransaction" || method === "eth_signTransaction") own.set(method, answer);
  return own;
}
