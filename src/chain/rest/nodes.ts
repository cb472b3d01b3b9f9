import type { RouteRequest } from "../rpc/transport/http-route.ts";
import { notFound } from "./rest-error.ts";

/** Rejects with RestError NotFound for a chain with one sequencer. */
export async function readNodes({ ask }: RouteRequest): Promise<object> {
  const [nodes] = await ask(["hyperchain_nodes"]);
  if (nodes === null) throw notFound("group of nodes: the chain has one sequencer");
  return nodes as object;
}
