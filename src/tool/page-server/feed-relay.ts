import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import type { FeedEntry } from "../../chain/rpc/transport/feed.ts";
import type { ActivityBlock } from "../../ecosystem/devnet/view/feed/activity.ts";
import { machineAt } from "../../ground/runtime/machine.ts";
import { OpenConnections } from "../../ground/runtime/open-connections.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import { BlocksInWords } from "./blocks-in-words.ts";

/** Sessions of a reader: as many as a member takes of a connection. */
const MOST_TOKENS = 16;

/** Readers that follow at a time. */
const MAX_FOLLOWERS = 100;
/** Sockets that are closing at a time. */
const MAX_CLOSING = 50;
/** Time that a client has to answer a close frame. */
const CLOSE_MS = 5_000;
/** Bytes that a reader has not taken. */
const MOST_UNREAD = 2 ** 20;
/** A position is all that a reader sends, in the address. */
const MOST_SENT = 1_024;
const MOST_SINCE = 100;

/**
 * Close code of the socket if the position is no longer stored: the reader must load everything, and follow
 * from the present.
 */
const NOT_KEPT = 4_404;
/** The socket's end in all other cases. */
const TRY_AGAIN = 1_013;

interface FeedRelayDependencies {
  /** A member that tells now what happens. */
  readonly url: () => string | undefined;
  /** True if a request is refused. */
  readonly refuses: (request: IncomingMessage) => boolean;
  /** Open connections of the server. */
  readonly connections: Pick<OpenConnections<Socket>, "touch">;
  readonly clock: Pick<Clock, "after">;
}

/**
 * Passes what happens in the ecosystem on to readers that open a WebSocket at `/feed`, or `/feed?since=` with
 * the position of the last entry that they have; blocks with what happened in them. Tokens of a reader's
 * sessions follow the socket's first protocol. If there are too many readers, the one with the oldest last
 * entry has to open another socket. A socket that does not close then is terminated after a few seconds.
 */
export function relayFeed(server: Server, { url, refuses, connections, clock }: FeedRelayDependencies): { close(): void } {
  const followers = new OpenConnections<WebSocket>(MAX_FOLLOWERS);
  const closing = new ClosingSockets(clock);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_SENT });
  server.on("upgrade", (request, connection: Socket, head) => {
    connection.on("error", () => connection.destroy());
    const asked = new URL(request.url ?? "/", "http://page");
    const since = asked.searchParams.get("since") ?? undefined;
    const member = url();
    if (refuses(request) || asked.pathname !== "/feed" || (since?.length ?? 0) > MOST_SINCE || member === undefined) {
      const status = member === undefined ? 503 : 403;
      connection.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const machine = machineAt(connection.remoteAddress ?? "");
    sockets.handleUpgrade(request, connection, head, (reader) => {
      const leaving = new AbortController();
      const leave = (code: number): void => {
        followers.remove(reader);
        leaving.abort();
        closing.close(reader, code);
      };
      followers.add(reader, machine, () => leave(TRY_AGAIN));
      reader.on("close", () => leave(TRY_AGAIN));
      const onTaken = (): void => {
        followers.touch(reader);
        connections.touch(connection);
      };
      follow(reader, { url: member, since, tokens: tokensIn(request), onTaken, leave, ending: leaving.signal });
    });
  });
  return {
    close() {
      for (const reader of sockets.clients) reader.terminate();
      sockets.close();
    },
  };
}

/** WebSockets that are closing. A stranger's client need not answer the close frame, so there is a limit of count and time. */
class ClosingSockets {
  readonly #clock: Pick<Clock, "after">;
  /** With the function that cancels the end. The socket that began to close first comes first. */
  readonly #sockets = new Map<WebSocket, () => void>();

  constructor(clock: Pick<Clock, "after">) {
    this.#clock = clock;
  }

  /** Begins to close a socket that is not closing yet. */
  close(socket: WebSocket, code: number): void {
    if (this.#sockets.has(socket) || socket.readyState === socket.CLOSED) return;
    const [first] = this.#sockets.keys();
    if (first !== undefined && this.#sockets.size >= MAX_CLOSING) this.#terminate(first);
    this.#sockets.set(
      socket,
      this.#clock.after(CLOSE_MS, () => this.#terminate(socket)),
    );
    socket.once("close", () => this.#forget(socket));
    socket.close(code);
  }

  #terminate(socket: WebSocket): void {
    this.#forget(socket);
    socket.terminate();
  }

  #forget(socket: WebSocket): void {
    this.#sockets.get(socket)?.();
    this.#sockets.delete(socket);
  }
}

/** JSON-RPC id of the feed subscription. */
const SUBSCRIBED = "feed";

interface MemberMessage {
  /** SUBSCRIBED, or the id of the chain whose block was asked for. */
  readonly id?: string | number;
  readonly error?: unknown;
  readonly result?: unknown;
  readonly params?: { readonly result: FeedEntry };
}

function tokensIn({ headers }: IncomingMessage): readonly string[] {
  const [, ...tokens] = (headers["sec-websocket-protocol"] ?? "").split(",", 1 + MOST_TOKENS);
  return tokens.map((token) => token.trim());
}

interface Following {
  readonly url: string;
  readonly since: string | undefined;
  readonly tokens: readonly string[];
  /** Called after the reader received the entries. */
  readonly onTaken: () => void;
  /** Ends the following, and closes the reader's socket with this code. */
  readonly leave: (code: number) => void;
  /** Aborted after the following has ended. */
  readonly ending: AbortSignal;
}

function follow(reader: WebSocket, { url, since, tokens, onTaken, leave, ending }: Following): void {
  const headers = tokens.length === 0 ? {} : { authorization: `Bearer ${tokens.join(",")}` };
  const member = new WebSocket(url.replace(/^http/, "ws"), { headers });
  // This page's readers say nothing; others are cut off.
  reader.on("message", () => reader.terminate());
  reader.on("error", () => reader.terminate());
  ending.addEventListener("abort", () => member.terminate());
  member.on("error", () => leave(TRY_AGAIN));
  member.on("close", () => leave(TRY_AGAIN));
  const ask = (id: string | number, method: string, params: readonly unknown[]): void => {
    if (member.readyState === member.OPEN) member.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  };
  member.on("open", () => ask(SUBSCRIBED, "eth_subscribe", ["hyperchain", since === undefined ? {} : { since }]));
  const blocks = new BlocksInWords({
    ask: (chain, number) => ask(chain, "hyperchain_activity", [[{ chain, from: number }]]),
    tell(entry) {
      if (reader.bufferedAmount > MOST_UNREAD) reader.terminate();
      else if (reader.readyState === reader.OPEN) reader.send(JSON.stringify(entry), onTaken);
    },
  });
  member.on("message", (data: Buffer) => {
    const { id, error, result, params } = JSON.parse(data.toString("utf8")) as MemberMessage;
    if (params !== undefined) blocks.take(params.result);
    else if (typeof id === "number") blocks.answer(id, result as readonly ActivityBlock[] | undefined);
    else if (error !== undefined) leave(NOT_KEPT);
  });
}
