import type { ToldEntry } from "./answers.ts";

/** Before a socket that ended is opened again. */
const AGAIN_MS = 1_000;
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
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/feed${query}`);
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
  open();
  return {
    isOpen: () => socket.readyState === WebSocket.OPEN,
    end() {
      ended = true;
      clearTimeout(timer);
      socket.close();
    },
  };
}
