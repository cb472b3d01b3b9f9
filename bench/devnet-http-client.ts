import { Agent, request } from "node:http";

/** A JSON-RPC client on one kept connection that adds next to nothing to what is measured. */
export interface BenchClient {
  /** Rejects with the answer's error. */
  send(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Posts to a path. Resolves with the answer, whatever its status. */
  post(path: string, body: unknown): Promise<unknown>;
  close(): void;
}

export function connectBench(url: string): BenchClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { "content-type": "application/json" };
  const post = (path: string, content: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(content);
      const call = request(
        `${url}${path}`,
        { agent, method: "POST", headers: { ...headers, "content-length": Buffer.byteLength(body) } },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("end", () => resolve(JSON.parse(Buffer.concat(parts).toString())));
        },
      );
      call.on("error", reject);
      call.end(body);
    });
  return {
    async send(method, params) {
      const answer = (await post("", { jsonrpc: "2.0", id: 1, method, params })) as {
        readonly result?: unknown;
        readonly error?: { readonly message: string };
      };
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
      return answer.result;
    },
    post,
    close: () => agent.destroy(),
  };
}
