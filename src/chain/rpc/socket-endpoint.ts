import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { answerBody } from "./dispatch.ts";
import type { RpcMethods } from "./dispatch.ts";
import { clientOf } from "./http-endpoint.ts";
import { failure, RpcCode } from "./json-rpc.ts";
import type { Load, UnreadAnswers } from "./load.ts";
import type { RpcServerLimits } from "./server-limits.ts";
import type { Subscriptions } from "./subscriptions.ts";

export interface SocketDependencies {
  readonly methods: RpcMethods;
  readonly subscriptions: Subscriptions;
  readonly load: Load;
  readonly unread: UnreadAnswers;
}

/** Serves a WebSocket client until it goes: requests, side by side, and the notifications that it subscribes to. */
export function serveSocket(
  client: WebSocket,
  connection: Socket,
  limits: RpcServerLimits,
  { methods, subscriptions, load, unread }: SocketDependencies,
): void {
  const asker = clientOf(connection);
  let inFlight = 0;
  const send = (message: string): void => {
    if (client.readyState !== client.OPEN) return;
    if (client.bufferedAmount > limits.unreadPerSocket) client.terminate();
    else client.send(message, unread.add(connection, message.length));
  };
  const own = subscriptions.methods(send);
  const all: RpcMethods = { get: (method) => own.get(method) ?? methods.get(method) };
  // A client may be silent for as long as it likes, but not leave unread what it was sent.
  connection.setTimeout(limits.readMs, () => {
    if (client.bufferedAmount > 0) client.terminate();
  });
  client.on("message", (data: Buffer) => {
    if (inFlight >= limits.requestsPerSocket) {
      send(
        JSON.stringify(failure(RpcCode.limitExceeded, `a connection has at most ${limits.requestsPerSocket} requests under way`)),
      );
      return;
    }
    inFlight++;
    const done = (answer: string): void => {
      inFlight--;
      send(answer);
    };
    // answerBody turns every failure into an answer.
    void answerBody(data.toString("utf8"), all, asker, load).then(done);
  });
  client.on("error", () => client.terminate());
  client.on("close", () => {
    subscriptions.drop(asker).catch(() => undefined);
  });
}
