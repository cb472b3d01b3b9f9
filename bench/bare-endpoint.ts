import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { EdrEngine } from "../test/chain/support/edr-engine.ts";

/** An engine behind HTTP, and nothing else. */
export interface BareEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a bare engine, which seals one block per transaction, like a development node. Clients of the same kind wait only
 * for the engine.
 */
export async function serveBareEngine(engine: EdrEngine): Promise<BareEndpoint> {
  let last: Promise<unknown> = Promise.resolve();
  /** One block after the other. */
  const sendAndMine = (params: readonly unknown[]): Promise<unknown> => {
    const sent = last.then(async () => {
      const hash = await engine.request("eth_sendRawTransaction", params);
      await engine.request("evm_mine", []);
      return hash;
    });
    last = sent.catch(() => undefined);
    return sent;
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { id, method, params } = JSON.parse(Buffer.concat(parts).toString()) as Call;
      const answer = method === "eth_sendRawTransaction" ? sendAndMine(params) : engine.request(method, params);
      answer.then(
        (result) => response.end(JSON.stringify({ jsonrpc: "2.0", id, result })),
        (error: unknown) => response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message: String(error) } })),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}
