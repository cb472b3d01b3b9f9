import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { reasonOf } from "../errors/reason-of.ts";
import { isPlainHex, type Hex } from "../protocol/hex.ts";
import type { ActCollector } from "./collector.ts";
import { CollectorError } from "./collector-error.ts";
import { COLLECTOR_PATHS, decodeJoin, decodeSignature, MAX_COLLECTOR_REQUEST_BYTES } from "./collector-wire.ts";
import { HeldAccountError } from "./held-account-error.ts";
import { encodeHeldJson } from "./held-json.ts";
import type { HeldChain } from "./held-wallet.ts";

/** Maximum number of connections: each waits for at most one answer. */
const MAX_CONNECTIONS = 256;
/** Maximum number of reads of the chain at the same time. */
const MAX_READS = 16;
const REQUEST_MS = 10_000;

/** Collector with reads of the chain for owners that cannot read it themselves. */
export interface ServedCollector {
  readonly collector: ActCollector;
  readonly chain: HeldChain & { readonly chainId: bigint; readonly contract: Hex };
}

/** Server of a collector on this machine. */
export interface CollectorServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a collector to every account. Answers are JSON; a refusal has status 409 and its code. Reads show an account's leaf,
 * gifts and listed positions: hashes, and amounts that the chain's messages publish. Rejects with the system's error.
 */
export async function serveCollector(
  served: ServedCollector,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<CollectorServer> {
  let reads = 0;
  const read = async <Value>(answer: () => Promise<Value>): Promise<Value> => {
    if (reads >= MAX_READS)
      throw new CollectorError("Busy", `${MAX_READS} reads are pending, which is the limit; read again later`);
    reads++;
    try {
      return await answer();
    } finally {
      reads--;
    }
  };
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    answer(served, request, read).then(
      (value) => response.writeHead(200, { "content-type": "application/json" }).end(encodeHeldJson(value)),
      (error: unknown) => refuse(response, error),
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  return { url: `http://${host}:${portOf(server)}`, close: () => closeServer(server) };
}

async function answer(
  { collector, chain }: ServedCollector,
  request: IncomingMessage,
  read: <Value>(answer: () => Promise<Value>) => Promise<Value>,
): Promise<unknown> {
  const { method, url = "" } = request;
  if (method === "POST" && url === COLLECTOR_PATHS.join) {
    const { act, signature } = decodeJoin(await textOf(request));
    return collector.join(act, signature);
  }
  if (method === "POST" && url === COLLECTOR_PATHS.sign) return collector.sign(decodeSignature(await textOf(request)));
  if (method !== "GET") throw unanswered(method, url);
  if (url === COLLECTOR_PATHS.chain) return { chainId: chain.chainId, contract: chain.contract };
  const [, path, name = ""] = /^(\/\w+\/)(\w+)$/.exec(url) ?? [];
  if (path === COLLECTOR_PATHS.listed && isPlainHex(name, 32)) return read(() => chain.listedPositions(name));
  if (!/^[1-9]\d{0,12}$/.test(name)) throw unanswered(method, url);
  if (path === COLLECTOR_PATHS.leaf) return read(() => chain.leafOf(Number(name)));
  if (path === COLLECTOR_PATHS.gifts) return read(() => chain.giftsTo(Number(name)));
  throw unanswered(method, url);
}

function unanswered(method: string | undefined, url: string): CollectorError {
  return new CollectorError("MalformedRequest", `a collector has no answer to ${method} ${url.slice(0, 100)}`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_COLLECTOR_REQUEST_BYTES)
      throw new CollectorError("MalformedRequest", `the request exceeds ${MAX_COLLECTOR_REQUEST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function refuse(response: ServerResponse, error: unknown): void {
  const isRefusal = error instanceof CollectorError || error instanceof HeldAccountError;
  const code = isRefusal ? { code: error.code } : {};
  response.writeHead(isRefusal ? 409 : 500, { connection: "close" }).end(JSON.stringify({ ...code, message: reasonOf(error) }));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a server on TCP has a port");
  return address.port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
