import { STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { RpcMethods } from "../request/dispatch.ts";
import { OPEN_GATE, type ReaderGate } from "../access/reader-gate.ts";
import type { Sessions } from "../access/sessions.ts";
import { letServerEnd } from "../../../ground/runtime/in-background.ts";
import { createHttpEndpoint, refusalOf } from "./http-endpoint.ts";
import type { HttpRoute } from "./http-route.ts";
import type { MethodRefusal } from "./refused-methods.ts";
import { Load, UnreadAnswers } from "../request/load.ts";
import { MAX_BODY_BYTES, SERVER_LIMITS, type RpcServerLimits } from "./server-limits.ts";
import { serveSocket } from "./socket-endpoint.ts";
import { Subscriptions, type Notifications } from "./subscriptions.ts";

export interface RpcServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /**
   * Allowed origins of pages, besides those of this machine and of browsers' extensions; "*" for all.
   * Default: no others.
   */
  readonly origins?: readonly string[];
  /** Whether the process may end while the server runs, also while clients are connected. Default false. */
  readonly inBackground?: boolean;
  /** Default: SERVER_LIMITS. */
  readonly limits?: Partial<RpcServerLimits>;
}

export interface RpcServerDependencies {
  readonly engine: Notifications;
  readonly methods: RpcMethods;
  /** Reason to refuse subscriptions; the methods refuse separately. Default: subscriptions are accepted. */
  readonly refusal?: MethodRefusal;
  /** Readers. Default: all clients. */
  readonly gate?: ReaderGate;
  /** Sessions of the tokens in requests. Default: none. */
  readonly sessions?: Pick<Sessions, "find">;
  /** Routes over HTTP besides JSON-RPC. Default: none. */
  readonly routes?: readonly HttpRoute[];
}

/** A running JSON-RPC server: HTTP (POST) and WebSocket on one port. */
export interface RpcServer {
  readonly port: number;
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
}

const NO_SESSIONS: Pick<Sessions, "find"> = { find: () => undefined };

/** Starts a server. Rejects when the port is in use. */
export async function startRpcServer(options: RpcServerOptions, dependencies: RpcServerDependencies): Promise<RpcServer> {
  const { host, port, origins = [] } = options;
  const limits: RpcServerLimits = { ...SERVER_LIMITS, ...options.limits };
  const subscriptions = new Subscriptions(dependencies.engine, dependencies.refusal);
  const { methods, gate = OPEN_GATE, sessions = NO_SESSIONS, routes = [] } = dependencies;
  const shared = { sessions, load: new Load(limits), unread: new UnreadAnswers(limits.unread) };
  const { http, connections } = createHttpEndpoint(
    { host, origins, limits },
    { ...shared, methods: gate.permit(methods), routes },
  );
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  http.server.on("upgrade", (request, connection: Socket, head) => {
    connection.on("error", () => connection.destroy());
    if (refusalOf(request.headers, { host, origins }) !== undefined) refuse(connection, 403);
    else
      sockets.handleUpgrade(request, connection, head, (client) =>
        serveSocket(client, { connection, headers: request.headers }, limits, {
          ...shared,
          methods,
          gate,
          subscriptions,
          connections,
        }),
      );
  });
  try {
    await http.listen({ host, port });
    if (options.inBackground === true) letServerEnd(http.server);
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

function refuse(connection: Socket, status: number): void {
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    connection.destroy(),
  );
}
