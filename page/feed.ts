import type { ToldEntry } from "./answers.ts";
import { SESSIONS_CHANGED, sessionTokens } from "./sessions.ts";

/** Before a socket that ended is opened again. */
const AGAIN_MS = 1_000;
/** The socket's protocol, behind which stand the tokens of sessions: a browser's socket has no header for them. */
const FEED_PROTOCOL = "hyperchain-feed";
/** Of the page's server: the position is not kept. */
const NOT_KEPT = 4_404;

/** What happens in the ecosystem, told as it happens. */
export interface FollowedFeed {
  /** Whether it is told now. */
  isOpen(): boolean;
  end(): void;
}

/**
 * Calls `onChange` whenever something has happened, with what it is where that is known. A socket that ends is opened again and goes on behind the last entry that it
 * told, so that nothing is missed; where that is not kept, the page looks at everything anyway.
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
  /** What it is told depends on its sessions. */
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
