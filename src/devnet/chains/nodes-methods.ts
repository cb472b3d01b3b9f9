import type { RpcMethod } from "../../chain/rpc/request/dispatch.ts";
import type { ChainNodes } from "../../sequencing/local/chain-nodes.ts";

/** Methods about the nodes of a chain: for accounts that encrypt transactions to them, and for watchers of their stakes. */
export function nodesMethods(
  nodes: Pick<ChainNodes, "encryption" | "evidence"> | undefined,
): readonly (readonly [string, RpcMethod])[] {
  return [
    ["hyperchain_encryption", () => Promise.resolve(nodes?.encryption ?? null)],
    ["hyperchain_evidence", () => Promise.resolve(nodes?.evidence ?? [])],
  ];
}
