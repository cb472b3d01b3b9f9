import { useEffect, useState } from "preact/hooks";

const TICK_MS = 1_000;

/** Milliseconds of the reader's clock, once a second while the page is visible. */
export function useNow(): number {
  const [now, set] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || set(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
