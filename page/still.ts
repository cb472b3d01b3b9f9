import { useEffect, useRef, useState } from "preact/hooks";
import type { ActInfo } from "./answers.ts";
import type { Activity } from "./happenings.ts";

/** Content of the feed. */
export interface FeedContent {
  readonly activity: Activity;
  readonly acts: readonly ActInfo[];
}

/** Content that the reader holds, and since when. */
export interface Held extends FeedContent {
  readonly at: number;
}

/** Content before the reader, and its replacement by newer content. */
interface Still {
  readonly content: FeedContent;
  /** Shows the newest content. */
  readonly refresh: () => void;
  /** Changes the content, while it is not the newest. */
  readonly change: (change: <T extends FeedContent>(content: T) => T) => void;
  /** To be called when a row is unfolded (1) or folded (-1). */
  readonly unfolds: (by: number) => void;
}

/** Holds the content of a feed while the pointer or the focus is in it, or a row is unfolded, so that no row moves. */
export function useStill(feed: { readonly current: HTMLElement | null }, newest: FeedContent): Still {
  const [isPointed, point] = useState(false);
  const [isFocused, focus] = useState(false);
  const [unfolded, setUnfolded] = useState(0);
  const [, draw] = useState(0);
  const shown = useRef(newest);
  if (!isPointed && !isFocused && unfolded === 0) shown.current = newest;
  useEffect(() => {
    const element = feed.current;
    if (element === null) return undefined;
    const [enter, leave] = [() => point(true), () => point(false)];
    // A press with the pointer focuses also; then the pointer alone counts.
    const follow = (): void => focus(element.querySelector(":focus-visible") !== null);
    const later = (): void => void setTimeout(follow);
    element.addEventListener("pointerenter", enter);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("focusin", follow);
    element.addEventListener("focusout", later);
    return () => {
      element.removeEventListener("pointerenter", enter);
      element.removeEventListener("pointerleave", leave);
      element.removeEventListener("focusin", follow);
      element.removeEventListener("focusout", later);
    };
  }, []);
  return {
    content: shown.current,
    refresh() {
      shown.current = newest;
      draw((count) => count + 1);
    },
    change(change) {
      shown.current = change(shown.current);
    },
    unfolds: (by) => setUnfolded((count) => count + by),
  };
}
