import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Fate of a request: answered, lost before L1, lost after L1 executed it, or refused by a rate limit. */
export type Fate = "answered" | "unseen" | "answerLost" | "limited";

export interface FaultyL1 {
  readonly url: string;
  /** Decides over each request; to be replaced by tests. */
  decide: (method: string, params: readonly unknown[]) => Fate | Promise<Fate>;
  close(): Promise<void>;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** An L1 over HTTP that fails as nodes do: by broken connections and by limits of rate. A batch of requests fails as its worst one. */
export async function serveFaultyL1(
  request: (method: string, params: readonly unknown[]) => Promise<unknown>,
): Promise<FaultyL1> {
  const l1 = { decide: (): Fate => "answered" } as { decide: FaultyL1["decide"] };

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const asked = JSON.parse(await textOf(incoming)) as Request | readonly Request[];
    const requests: readonly Request[] = Array.isArray(asked) ? asked : [asked];
    const fates = await Promise.all(requests.map(async ({ method, params }) => l1.decide(method, params)));
    if (fates.includes("unseen")) return void incoming.socket.destroy();
    if (fates.includes("limited")) return void outgoing.writeHead(429).end("Too Many Requests");
    const answers = await Promise.all(requests.map(answerTo));
    if (fates.includes("answerLost")) return void incoming.socket.destroy();
    outgoing
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(Array.isArray(asked) ? answers : answers[0]));
  }

  async function answerTo({ id, method, params }: Request): Promise<object> {
    const body = await request(method, params).then(
      (result) => ({ result }),
      (error: unknown) => ({ error: plainError(error) }),
    );
    return { jsonrpc: "2.0", id, ...body };
  }

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => incoming.socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(l1, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Error in the form of nodes: code, message, and a contract's data. */
function plainError(error: unknown): object {
  const { code, message, data } = error as { readonly code?: unknown; readonly message?: string; readonly data?: unknown };
  const inner = typeof data === "object" && data !== null && "data" in data ? data.data : data;
  return { code: typeof code === "number" ? code : -32_603, message, ...(inner === undefined ? {} : { data: inner }) };
}
