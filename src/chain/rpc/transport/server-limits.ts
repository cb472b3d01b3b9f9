import type { LoadLimits } from "../request/load.ts";

/** Largest request: a transaction of 128 KiB takes a quarter of it. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Limits of a server for its clients. */
export interface RpcServerLimits extends LoadLimits {
  readonly connections: number;
  /** For a whole request to arrive, and for a new connection to send one. */
  readonly requestMs: number;
  /** Maximum pause of a client that reads an answer. */
  readonly readMs: number;
  /** Characters of answers that wait for a WebSocket client before it is cut off. */
  readonly unreadPerSocket: number;
  /** Characters of answers that wait for all clients before the slowest is cut off. */
  readonly unread: number;
  /** HTTP requests that a client may send on a connection without waiting for the answers; beyond, it is cut off. */
  readonly requestsPerConnection: number;
  /** Maximum number of a WebSocket client's pending requests. */
  readonly requestsPerSocket: number;
}

export const SERVER_LIMITS: RpcServerLimits = {
  connections: 1000,
  requestMs: 30_000,
  readMs: 30_000,
  unreadPerSocket: 2 ** 24,
  unread: 2 ** 28,
  requestsPerConnection: 8,
  requestsPerSocket: 256,
  requestCharacters: 2 ** 26,
  requests: 20_000,
  answerCharacters: 2 ** 27,
};
