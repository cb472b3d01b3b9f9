import type { RpcMethod } from "../../chain/rpc/request/dispatch.ts";
import type { ChainNodes } from "../../sequencing/local/chain-nodes.ts";

/** Method for accounts that encrypt transactions to the nodes of a chain. */
export function encryptionMethods(nodes: Pick<ChainNodes, "encryption"> | undefined): readonly (readonly [string, RpcMethod])[] {
  return [["hyperchain_encryption", () => Promise.resolve(nodes?.encryption ?? null)]];
}
