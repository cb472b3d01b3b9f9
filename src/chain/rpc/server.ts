import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { ExecutionEngine } from "../execution/engine.ts";
import { answerBody } from "./dispatch.ts";
import type { RpcClient, RpcMethods } from "./dispatch.ts";
import { RpcCode } from "./json-rpc.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface RpcServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Whether the process may end while the server runs. Default false. */
  readonly inBackground?: boolean;
}

export interface RpcServerDependencies {
  readonly engine: Pick<ExecutionEngine, "request" | "onNotification">;
  readonly methods: RpcMethods;
}

/** A running JSON-RPC server: HTTP (POST) and WebSocket on one port. */
export interface RpcServer {
  readonly port: number;
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
}

/** Largest request: a transaction of 128 KiB takes a quarter of it. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Answers that wait for a slow WebSocket client before it is cut off. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
/** WebSocket requests that a client may have under way. */
const MAX_IN_FLIGHT = 256;
const MAX_CONNECTIONS = 1000;
/** Time for a whole request to arrive. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Starts a server. Rejects when the port is in use. */
export async function startRpcServer(options: RpcServerOptions, dependencies: RpcServerDependencies): Promise<RpcServer> {
  const { engine, methods } = dependencies;
  const subscriptions = new Subscriptions(engine);
  const http = createHttp(methods);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  sockets.on("connection", (socket: WebSocket) => serveSocket(socket, methods, subscriptions));
  http.server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (sockets.clients.size >= MAX_CONNECTIONS) socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (client) => sockets.emit("connection", client, request));
  });
  try {
    await http.listen({ host: options.host, port: options.port });
    if (options.inBackground === true) http.server.unref();
  } catch (error) {
    subscriptions.close();
    throw error;
  }
  return {
    port: (http.server.address() as AddressInfo).port,
    async close() {
      subscriptions.close();
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await http.close();
    },
  };
}

function createHttp(methods: RpcMethods): FastifyInstance {
  const http = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, requestTimeout: REQUEST_TIMEOUT_MS, logger: false });
  http.server.maxConnections = MAX_CONNECTIONS;
  http.removeAllContentTypeParsers();
  // Clients differ in what they call the content; it is JSON or answered as if it were.
  http.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  http.addHook("onRequest", async (_request, reply) => {
    reply.header("access-control-allow-origin", "*").header("access-control-allow-headers", "*");
  });
  http.options("/*", async (_request, reply) => reply.code(204).send());
  http.post("/*", async (request, reply) => {
    const body = typeof request.body === "string" ? request.body : "";
    return reply.type("application/json").send(await answerBody(body, methods, undefined));
  });
  http.setNotFoundHandler(async (_request, reply) =>
    reply.code(405).send(failure(RpcCode.invalidRequest, "this is a JSON-RPC endpoint: send POST requests, or open a WebSocket")),
  );
  http.setErrorHandler(async (error: { readonly statusCode?: number; readonly message: string }, _request, reply) => {
    const tooLarge = error.statusCode === 413;
    const message = tooLarge ? `a request has at most ${MAX_BODY_BYTES} bytes` : error.message;
    return reply.code(error.statusCode ?? 500).send(failure(tooLarge ? RpcCode.limitExceeded : RpcCode.invalidRequest, message));
  });
  return http;
}

function serveSocket(socket: WebSocket, methods: RpcMethods, subscriptions: Subscriptions): void {
  const client: RpcClient = { subscriptions: new Set(), isGone: false };
  let inFlight = 0;
  const send = (message: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    else socket.send(message);
  };
  const own = subscriptions.methods(send);
  const all: RpcMethods = { get: (method) => own.get(method) ?? methods.get(method) };
  socket.on("message", (data: Buffer) => {
    if (inFlight >= MAX_IN_FLIGHT) {
      send(JSON.stringify(failure(RpcCode.limitExceeded, `a connection has at most ${MAX_IN_FLIGHT} requests under way`)));
      return;
    }
    inFlight++;
    const done = (answer: string): void => {
      inFlight--;
      send(answer);
    };
    // answerBody turns every failure into an answer.
    void answerBody(data.toString("utf8"), all, client).then(done);
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    subscriptions.drop(client).catch(() => undefined);
  });
}

function failure(code: number, message: string): object {
  return { jsonrpc: "2.0", id: null, error: { code, message } };
}
