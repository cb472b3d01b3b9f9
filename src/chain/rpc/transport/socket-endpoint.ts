import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { answerBody, type RpcClient, type RpcMethods } from "../request/dispatch.ts";
import type { ReaderGate } from "../access/reader-gate.ts";
import { connectionCredentials, type Sessions } from "../access/sessions.ts";
import { clientOf } from "./http-endpoint.ts";
import { failure, RpcCode } from "../request/json-rpc.ts";
import type { Load, UnreadAnswers } from "../request/load.ts";
import type { RpcServerLimits } from "./server-limits.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { OpenConnections } from "../../../ground/runtime/open-connections.ts";

interface SocketDependencies {
  /** Whatever a client may call. */
  readonly methods: RpcMethods;
  readonly gate: ReaderGate;
  readonly sessions: Pick<Sessions, "find">;
  readonly subscriptions: Subscriptions;
  readonly load: Load;
  readonly unread: UnreadAnswers;
  /** Open connections, of which the longest idle one is closed at the limit. */
  readonly connections: Pick<OpenConnections<Socket>, "begin" | "touch">;
}

/** Why the server closes a WebSocket: open another session, and another socket. */
const SESSION_ENDED = 4_401;

/** Serves a WebSocket client until it goes: requests, side by side, and the notifications that it subscribes to. */
export function serveSocket(
  client: WebSocket,
  { connection, headers }: { readonly connection: Socket; readonly headers: IncomingHttpHeaders },
  limits: RpcServerLimits,
  { methods, gate, sessions, subscriptions, load, unread, connections }: SocketDependencies,
): void {
  const asker: RpcClient = { ...clientOf(connection), credentials: connectionCredentials(sessions, headers) };
  let inFlight = 0;
  const send = (message: string): void => {
    if (client.readyState !== client.OPEN) return;
    if (client.bufferedAmount > limits.unreadPerSocket) client.terminate();
    else {
      const taken = unread.add(connection, message.length);
      client.send(message, () => {
        taken();
        connections.touch(connection);
      });
    }
  };
  const own = subscriptions.methods((message, isOfAll) => {
    // Its subscriptions were granted to a session; without a valid one it gets nothing further.
    if (!isOfAll && asker.credentials?.tokens.length !== 0 && !gate.mayRead(asker))
      client.close(SESSION_ENDED, "no session is in force");
    else send(message);
  });
  const all = gate.permit({ get: (method) => own.get(method) ?? methods.get(method) });
  // A client may be silent for as long as it likes, but not leave unread what it was sent.
  connection.setTimeout(limits.readMs, () => {
    if (client.bufferedAmount > 0) client.terminate();
  });
  client.on("message", (data: Buffer) => {
    if (inFlight >= limits.requestsPerSocket) {
      send(
        JSON.stringify(failure(RpcCode.limitExceeded, `a connection has at most ${limits.requestsPerSocket} pending requests`)),
      );
      return;
    }
    inFlight++;
    const end = connections.begin(connection);
    const done = (answer: string): void => {
      inFlight--;
      end();
      if (answer !== "") send(answer);
    };
    // answerBody turns every failure into an answer.
    void answerBody(data.toString("utf8"), all, asker, load).then(done);
  });
  for (const sign of ["ping", "pong"]) client.on(sign, () => connections.touch(connection));
  client.on("error", () => client.terminate());
  client.on("close", () => {
    subscriptions.drop(asker).catch(() => undefined);
  });
}
