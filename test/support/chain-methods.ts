import { once } from "node:events";
import { WebSocket } from "ws";
import { isAbsent, type MethodError } from "../../scripts/rpc-table/ask-hardhat.ts";
import { METHODS_OF_NODES } from "../../scripts/rpc-table/methods-of-nodes.ts";
import type { Standing } from "../../scripts/rpc-table/table.ts";
import { startFlowDevnet } from "../flow/support/devnet.ts";

/** Asks a chain that runs for each method that other nodes document, without parameters, over a WebSocket as users do. */
export async function standingOnChain(): Promise<(method: string) => Standing> {
  const { chains, close } = await startFlowDevnet([271n], { prover: { mode: "none" } });
  try {
    const socket = new WebSocket(chains[0]!.url.replace("http", "ws"));
    await once(socket, "open");
    const standings = new Map<string, Standing>();
    for (const [id, method] of METHODS_OF_NODES.entries()) {
      const answered = once(socket, "message");
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params: [] }));
      standings.set(method, standingOf(String((await answered)[0]), id));
    }
    socket.close();
    return (method) => standings.get(method) ?? "no";
  } finally {
    await close();
  }
}

function standingOf(text: string, id: number): Standing {
  const answer = JSON.parse(text) as { readonly id?: number; readonly error?: MethodError };
  if (answer.id !== id) throw new Error(`an answer to request ${id} was expected, got ${text.slice(0, 200)}`);
  if (isAbsent(answer.error)) return "no";
  return (answer.error?.data as { readonly code?: string } | undefined)?.code === "FixedByProtocol" ? "refused" : "yes";
}
