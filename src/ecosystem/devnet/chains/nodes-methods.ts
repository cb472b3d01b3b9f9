import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import type { ChainNodes } from "../../sequencing/local/chain-nodes.ts";

/** Methods about the nodes of a chain: for operators, senders of encrypted transactions, and watchers of stakes. */
export function nodesMethods(
  nodes: Pick<ChainNodes, "encryption" | "evidence" | "status"> | undefined,
): readonly (readonly [string, RpcMethod])[] {
  return [
    ["hyperchain_encryption", () => Promise.resolve(nodes?.encryption ?? null)],
    ["hyperchain_evidence", () => Promise.resolve(nodes?.evidence ?? [])],
    ["hyperchain_nodes", () => Promise.resolve(nodes?.status ?? null)],
  ];
}
