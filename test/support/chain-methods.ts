import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { isAbsent, probe } from "../../scripts/rpc-table/ask-hardhat.ts";
import { METHODS_OF_NODES } from "../../scripts/rpc-table/methods-of-nodes.ts";
import type { NodeError, Send } from "../../scripts/rpc-table/probed-node.ts";
import type { Standing } from "../../scripts/rpc-table/table.ts";
import { startFlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";

/**
 * Calls each method that other nodes document on a running chain, with valid parameters, over a WebSocket like users. A
 * method that answers exists; a method with a named error is refused. Throws for any other error, because a chain refuses
 * nothing without a reason.
 */
export async function standingOnChain(): Promise<(method: string) => Standing> {
  const { chains, close } = await startFlowDevnet([271n], { ...UNPROVEN, unlocked: true });
  try {
    const socket = new WebSocket(chains[0]!.url.replace("http", "ws"));
    await once(socket, "open");
    const answered = await probe(sendOver(socket));
    const standings = new Map<string, Standing>();
    for (const method of METHODS_OF_NODES) standings.set(method, standingOf(method, await answered(method)));
    socket.close();
    return (method) => standings.get(method) ?? assert.fail(`${method} is not among the methods that are asked`);
  } finally {
    await close();
  }
}

function sendOver(socket: WebSocket): Send {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: NodeError): void }>();
  socket.on("message", (text) => {
    const { id, result, error } = JSON.parse(String(text)) as { id?: number; result?: unknown; error?: NodeError };
    const asker = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || asker === undefined) return;
    waiting.delete(id);
    if (error === undefined) asker.resolve(result);
    else asker.reject(error);
  });
  let next = 0;
  return (method, ...params) =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
}

function standingOf(method: string, error: NodeError | undefined): Standing {
  if (error === undefined) return { is: "yes" };
  const { code, rule, instead } = (error.data ?? {}) as {
    readonly code?: string;
    readonly rule?: string;
    readonly instead?: string;
  };
  if (code === "FixedByProtocol" && rule !== undefined) return { is: "refused", reason: `rule \`${rule}\`` };
  if (code === "MethodNotServed" && instead !== undefined) return { is: "refused", reason: instead };
  if (isAbsent(error)) return { is: "absent" };
  throw new Error(`${method} with parameters that should be valid: ${error.code} ${error.message}`);
}
