import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { NamedError } from "../errors/named-error.ts";
import { limitConnections } from "./open-connections.ts";

/** Limits of a small server, which any account may reach. */
export interface HttpLimits {
  /** Open connections. A further one ends the one that has been idle longest (`OpenConnections`). */
  readonly maxConnections: number;
  readonly maxBodyBytes: number;
  /** Maximum milliseconds until a request has arrived, and while its client reads nothing of the answer. */
  readonly maxWaitMs: number;
}

/** Request as the service sees it. */
export interface HttpRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  /** Reads the body. Rejects with HttpBodyError. */
  text(): Promise<string>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** Media type. Default: none. */
  readonly type?: string | undefined;
}

interface HttpService {
  answer(request: HttpRequest): Promise<HttpAnswer>;
  /** Answer to a request that `answer` rejects. Its connection ends. */
  refuse(error: unknown): HttpAnswer;
}

/** A body is longer than the service reads. */
export class HttpBodyError extends NamedError<"BodyTooLarge"> {
  override readonly name = "HttpBodyError";
}

/** Server on this machine. */
export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves requests within the limits. Rejects with the system's error. */
export async function serveHttp(
  service: HttpService,
  { host, port }: { readonly host: string; readonly port: number },
  limits: HttpLimits,
): Promise<HttpServer> {
  const { maxConnections, maxWaitMs } = limits;
  const times = { requestTimeout: maxWaitMs, headersTimeout: maxWaitMs, connectionsCheckingInterval: maxWaitMs };
  const server = createServer(times, (request, response) => {
    service.answer(requestOf(request, limits)).then(
      (answer) => send(response, answer, limits),
      (error: unknown) => send(response, service.refuse(error), limits, { connection: "close" }),
    );
  });
  limitConnections(server, maxConnections);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  return { url: `http://${host}:${portOf(server)}`, close: () => closeServer(server) };
}

function requestOf(request: IncomingMessage, { maxBodyBytes }: HttpLimits): HttpRequest {
  const { method = "", url = "" } = request;
  return { method, path: url, text: () => textOf(request, maxBodyBytes) };
}

async function textOf(request: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) throw new HttpBodyError("BodyTooLarge", `the request has more than ${maxBytes} bytes; send less`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function send(
  response: ServerResponse,
  { status, body, type }: HttpAnswer,
  { maxWaitMs }: HttpLimits,
  headers: Readonly<Record<string, string>> = {},
): void {
  // A client that reads nothing would hold the answer in memory.
  response.setTimeout(maxWaitMs);
  response.writeHead(status, type === undefined ? headers : { ...headers, "content-type": type }).end(body);
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
