import type { ToldEntry } from "./answers.ts";
import { SESSIONS_CHANGED, sessionTokens } from "./sessions.ts";

/** Before a socket that ended is opened again. */
const AGAIN_MS = 1_000;
/** The socket's protocol, behind which stand the tokens of sessions: a browser's socket has no header for them. */
const FEED_PROTOCOL = "hyperchain-feed";
/** Close code of the page's server: the position is no longer stored. */
const NOT_KEPT = 4_404;

/** Feed of the ecosystem's events. */
export interface FollowedFeed {
  /** True if it is connected. */
  isOpen(): boolean;
  end(): void;
}

/**
 * Calls `onChange` for each event, with its entry if the feed has one. A closed socket is opened again and
 * continues after the last received entry, so that no event is missed. If the server no longer stores that
 * position, the page loads everything.
 */
export function followFeed(onChange: (entry?: ToldEntry) => void): FollowedFeed {
  let socket: WebSocket;
  let position: string | undefined;
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    const query = position === undefined ? "" : `?since=${encodeURIComponent(position)}`;
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/feed${query}`, [FEED_PROTOCOL, ...sessionTokens()]);
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const entry = JSON.parse(data) as ToldEntry;
      ({ position } = entry);
      onChange(entry);
    });
    socket.addEventListener("close", ({ code }) => {
      if (ended) return;
      if (code === NOT_KEPT) position = undefined;
      onChange();
      timer = setTimeout(open, AGAIN_MS);
    });
  };
  /** Reconnects, because the entries depend on the reader's sessions. */
  const openAnew = (): void => socket.close();
  addEventListener(SESSIONS_CHANGED, openAnew);
  open();
  return {
    isOpen: () => socket.readyState === WebSocket.OPEN,
    end() {
      ended = true;
      clearTimeout(timer);
      removeEventListener(SESSIONS_CHANGED, openAnew);
      socket.close();
    },
  };
}
