import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { answerBody, type RpcClient, type RpcMethods } from "../request/dispatch.ts";
import { addRoutes, type HttpRoute } from "./http-route.ts";
import { requestClients } from "../access/request-clients.ts";
import type { Sessions } from "../access/sessions.ts";
import { isListeningHost } from "./host-check.ts";
import { failure, RpcCode } from "../request/json-rpc.ts";
import type { Load, UnreadAnswers } from "../request/load.ts";
import { isForeignFetch, isAllowedOrigin } from "./origin-check.ts";
import { MAX_BODY_BYTES, type RpcServerLimits } from "./server-limits.ts";
import { machineAt } from "../../../ground/runtime/machine.ts";
import { limitConnections, type OpenConnections } from "../../../ground/runtime/open-connections.ts";

interface HttpEndpointOptions {
  readonly host: string;
  /** Allowed origins for `isAllowedOrigin`. */
  readonly origins: readonly string[];
  readonly limits: RpcServerLimits;
}

interface HttpEndpointDependencies {
  readonly methods: RpcMethods;
  readonly load: Load;
  readonly unread: UnreadAnswers;
  /** Sessions of readers, whose tokens requests name. */
  readonly sessions: Pick<Sessions, "find">;
  /** Routes that are served besides JSON-RPC. */
  readonly routes: readonly HttpRoute[];
}

/** Headers of an answer to an allowed page. The star represents all headers except `Authorization`. */
const ALLOWED_PAGE = { "access-control-allow-headers": "*, authorization", vary: "origin" } as const;

/** Maximum length of a path's named part; Node accepts 16 KiB of a request's head. */
const MAX_PART_CHARACTERS = 8_192;

/** JSON-RPC by POST, and the connections that it shares with WebSockets. */
interface HttpEndpoint {
  readonly http: FastifyInstance;
  readonly connections: OpenConnections<Socket>;
}

/** JSON-RPC by POST, on any path that no route has. Not listening yet. */
export function createHttpEndpoint(
  { host, origins, limits }: HttpEndpointOptions,
  { methods, load, unread, sessions, routes }: HttpEndpointDependencies,
): HttpEndpoint {
  const { readMs } = limits;
  const http = fastifyServer(limits);
  const clients = requestClients(sessions);
  const connections = limitConnections(http.server, limits.connections);
  http.server.on("connection", (socket: Socket) => {
    clients.opened(socket, clientOf(socket));
    // Answers that were still behind others are not told of.
    socket.once("close", () => unread.forget(socket));
  });
  const underWay = new WeakMap<Socket, number>();
  http.removeAllContentTypeParsers();
  // Clients differ in what they call the content; it is JSON or answered as if it were.
  http.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  http.addHook("onRequest", async (request, reply) => {
    const { socket } = request.raw;
    const count = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, count);
    reply.raw.once("close", () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    if (count > limits.requestsPerConnection || socket.destroyed) {
      // Who asks on without waiting for answers would have them all made at once; hundreds of requests come in one piece.
      socket.destroy();
      reply.hijack();
      return;
    }
    const refusal = refusalOf(request.headers, { host, origins });
    if (refusal !== undefined) {
      await reply.code(403).send(failure(RpcCode.invalidRequest, refusal));
      return;
    }
    // No browser takes an answer for a script or a picture.
    reply.header("x-content-type-options", "nosniff");
    const { origin } = request.headers;
    if (origin !== undefined) reply.headers({ ...ALLOWED_PAGE, "access-control-allow-origin": origin });
  });
  http.addHook("onSend", async (request, reply, payload) => {
    const { socket } = request.raw;
    // Ends the connection if the client reads nothing for this time; between requests Node sets other times.
    socket.setTimeout(readMs);
    reply.raw.once("close", unread.add(socket, typeof payload === "string" ? payload.length : 0));
    return payload;
  });
  http.options("/*", async (_request, reply) => reply.code(204).send());
  addRoutes(
    http,
    routes,
    ({ raw }) => clients.of(raw),
    (client) => (body) => answerBody(body, methods, client, load),
  );
  http.post("/*", async (request, reply) => {
    const body = typeof request.body === "string" ? request.body : "";
    const answer = await answerBody(body, methods, clients.of(request.raw), load);
    return answer === "" ? reply.code(204).send() : reply.type("application/json").send(answer);
  });
  nameFailures(http, routes);
  return { http, connections };
}

/** Answers requests that are not served, are malformed, or fail. */
function nameFailures(http: FastifyInstance, routes: readonly HttpRoute[]): void {
  const alsoServed = routes.length === 0 ? "" : "; GET /openapi.json names what else is answered";
  const hint = failure(
    RpcCode.invalidRequest,
    `this is a JSON-RPC endpoint: send POST requests, or open a WebSocket${alsoServed}`,
  );
  // Tools that wait for a node, such as wait-on, send it until the status is 200, as of Hardhat's node.
  http.get("/", async (_request, reply) => reply.send(hint));
  http.setNotFoundHandler(async (_request, reply) => reply.code(405).send(hint));
  http.setErrorHandler(async (error: { readonly statusCode?: number; readonly message: string }, _request, reply) => {
    const tooLarge = error.statusCode === 413;
    const message = tooLarge ? `a request has at most ${MAX_BODY_BYTES} bytes` : error.message;
    return reply.code(error.statusCode ?? 500).send(failure(tooLarge ? RpcCode.limitExceeded : RpcCode.invalidRequest, message));
  });
}

function fastifyServer({ requestMs }: RpcServerLimits): FastifyInstance {
  return Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    requestTimeout: requestMs,
    // Calldata too are parts of paths; routes refuse by name what is too long for them.
    routerOptions: { maxParamLength: MAX_PART_CHARACTERS },
    // Node looks every 30 seconds who is late; with shorter limits it has to look more often.
    http: {
      headersTimeout: requestMs,
      connectionsCheckingInterval: Math.min(30_000, requestMs),
      // Java's client offers HTTP/2 with every POST, which is answered as if it had not. Node 22 takes it for a WebSocket's
      // beginning.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    },
    logger: false,
  });
}

/** A connection, as methods know it, until it ends. */
export function clientOf(connection: Socket): RpcClient {
  const ending = new AbortController();
  connection.once("close", () => ending.abort());
  const { remoteAddress } = connection;
  const address = remoteAddress === undefined ? {} : { address: machineAt(remoteAddress) };
  return { subscriptions: new Set(), gone: ending.signal, end: () => connection.destroy(), ...address };
}

/** Why a request is not answered, whatever it asks; undefined where it is. */
export function refusalOf(
  headers: IncomingHttpHeaders,
  { host, origins }: Pick<HttpEndpointOptions, "host" | "origins">,
): string | undefined {
  const { host: name, origin } = headers;
  if (!isListeningHost(name, host)) {
    return "this host name is not served: use the server's address or localhost, or have it listen on this name or on all interfaces";
  }
  if (isForeignFetch(headers, origins)) {
    return 'pages of other sites may not have a browser load this; name the page in "origins" of the ecosystem\'s options and ask by fetch, or open the address yourself';
  }
  if (isAllowedOrigin(origin, origins)) return undefined;
  return `pages of ${String(origin).slice(0, 200)} may not ask here; name it in "origins" of the ecosystem's options, or serve the page from localhost`;
}
