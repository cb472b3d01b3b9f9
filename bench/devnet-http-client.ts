import { Agent, request } from "node:http";

/** A JSON-RPC client on one kept connection that adds next to nothing to what is measured. */
export interface BenchClient {
  /** Rejects with the answer's error. */
  send(method: string, params: readonly unknown[]): Promise<unknown>;
  close(): void;
}

export function connectBench(url: string): BenchClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { "content-type": "application/json" };
  return {
    send: (method, params) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
        const call = request(
          url,
          { agent, method: "POST", headers: { ...headers, "content-length": Buffer.byteLength(body) } },
          (response) => {
            const parts: Buffer[] = [];
            response.on("data", (part: Buffer) => parts.push(part));
            response.on("end", () => {
              const answer = JSON.parse(Buffer.concat(parts).toString()) as {
                readonly result?: unknown;
                readonly error?: { readonly message: string };
              };
              if (answer.error === undefined) resolve(answer.result);
              else reject(new Error(`${method}: ${answer.error.message}`));
            });
          },
        );
        call.on("error", reject);
        call.end(body);
      }),
    close: () => agent.destroy(),
  };
}
