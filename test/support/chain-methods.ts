import type { Standing } from "../../scripts/rpc-table/table.ts";
import { METHODS_OF_NODES } from "../../scripts/rpc-table/methods-of-nodes.ts";
import { withAliases } from "../../src/chain/rpc/aliases.ts";
import { RpcCode, RpcError } from "../../src/chain/rpc/json-rpc.ts";
import { chainMethods } from "../../src/chain/rpc/methods.ts";
import { Subscriptions } from "../../src/chain/rpc/subscriptions.ts";
import { startTestChain } from "../chain/support/chain.ts";

/** Asks a development chain for each method that other nodes document, without parameters. */
export async function standingOnChain(): Promise<{ readonly standing: (method: string) => Standing; close(): Promise<void> }> {
  const { chain } = await startTestChain();
  const subscriptions = new Subscriptions(chain.engine);
  const notified = subscriptions.methods(() => undefined);
  const methods = withAliases(chainMethods(chain, { gasPrice: { toldWei: 1n }, development: true }));
  const standings = new Map<string, Standing>();
  for (const method of METHODS_OF_NODES) {
    const answer = methods.get(method) ?? notified.get(method);
    const error = await errorOf(async () => answer?.([], { subscriptions: new Set(), gone: new AbortController().signal }));
    const isRefused = error instanceof RpcError && (error.data as { code?: string } | undefined)?.code === "FixedByProtocol";
    const isAbsent = answer === undefined || (error instanceof RpcError && error.code === RpcCode.methodNotFound);
    standings.set(method, isAbsent ? "no" : isRefused ? "refused" : "yes");
  }
  return {
    standing: (method) => standings.get(method) ?? "no",
    close() {
      subscriptions.close();
      return chain.close();
    },
  };
}

async function errorOf(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    return error;
  }
}
