import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { FeedEntry } from "../chain/rpc/transport/feed.ts";
import type { ActivityBlock } from "../devnet/view/feed/activity.ts";
import { BlocksInWords } from "./blocks-in-words.ts";

/** Sessions of a reader: as many as a member takes of a connection. */
const MOST_TOKENS = 16;

/** Readers that follow at a time. */
const MOST_FOLLOWERS = 100;
/** Bytes that a reader has not taken. */
const MOST_UNREAD = 2 ** 20;
/** A position is all that a reader sends, in the address. */
const MOST_SENT = 1_024;
const MOST_SINCE = 100;

/** The socket's end where the position is not kept: look at everything, and follow anew. */
const NOT_KEPT = 4_404;

/**
 * Passes what happens in the ecosystem on to readers that open a WebSocket at `/feed`, or `/feed?since=` with the position of the
 * last entry that they have; blocks with what happened in them. Tokens of a reader's sessions stand behind the socket's first
 * protocol. `url` is a member that tells it now; `refuses` says whose requests are refused.
 */
export function relayFeed(
  server: Server,
  { url, refuses }: { readonly url: () => string | undefined; readonly refuses: (request: IncomingMessage) => boolean },
): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_SENT });
  server.on("upgrade", (request, connection: Duplex, head) => {
    connection.on("error", () => connection.destroy());
    const asked = new URL(request.url ?? "/", "http://page");
    const since = asked.searchParams.get("since") ?? undefined;
    const member = url();
    const isFull = sockets.clients.size >= MOST_FOLLOWERS || member === undefined;
    if (refuses(request) || asked.pathname !== "/feed" || (since?.length ?? 0) > MOST_SINCE || isFull) {
      connection.end(`HTTP/1.1 ${isFull ? 503 : 403} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, connection, head, (reader) =>
      follow(reader, { url: member, since, tokens: tokensIn(request) }),
    );
  });
  return {
    close() {
      for (const reader of sockets.clients) reader.terminate();
      sockets.close();
    },
  };
}

/** Of a member's answers, beside which stands what it tells unasked. */
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
}

function follow(reader: WebSocket, { url, since, tokens }: Following): void {
  const headers = tokens.length === 0 ? {} : { authorization: `Bearer ${tokens.join(",")}` };
  const member = new WebSocket(url.replace(/^http/, "ws"), { headers });
  // This page's readers say nothing; others are cut off.
  reader.on("message", () => reader.terminate());
  reader.on("error", () => reader.terminate());
  reader.on("close", () => member.terminate());
  member.on("error", () => reader.close(1_013));
  member.on("close", () => reader.close(1_013));
  const ask = (id: string | number, method: string, params: readonly unknown[]): void => {
    if (member.readyState === member.OPEN) member.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  };
  member.on("open", () => ask(SUBSCRIBED, "eth_subscribe", ["hyperchain", since === undefined ? {} : { since }]));
  const blocks = new BlocksInWords({
    ask: (chain, number) => ask(chain, "hyperchain_activity", [[{ chain, from: number }]]),
    tell(entry) {
      if (reader.bufferedAmount > MOST_UNREAD) reader.terminate();
      else if (reader.readyState === reader.OPEN) reader.send(JSON.stringify(entry));
    },
  });
  member.on("message", (data: Buffer) => {
    const { id, error, result, params } = JSON.parse(data.toString("utf8")) as MemberMessage;
    if (params !== undefined) blocks.take(params.result);
    else if (typeof id === "number") blocks.answer(id, result as readonly ActivityBlock[] | undefined);
    else if (error !== undefined) reader.close(NOT_KEPT);
  });
}
