import { shownTime, time } from "../format.ts";

/**
 * Age of an event at a time of the reader's clock, in milliseconds. The ticker updates its text without a new drawing of the
 * row.
 */
export function Age({ at, seconds }: { readonly at: number; readonly seconds?: number }) {
  return (
    <time data-at={at} dateTime={new Date(at).toISOString()} title={time(seconds ?? at / 1_000)}>
      {shownTime(at, Date.now())}
    </time>
  );
}

/** Writes the ages on the page each second, while it is visible. */
export function startTicker(): void {
  setInterval(() => document.hidden || tick(), 1_000);
}

export function tick(): void {
  const now = Date.now();
  for (const element of document.querySelectorAll<HTMLElement>("time[data-at]")) {
    const { firstChild } = element;
    const text = shownTime(Number(element.dataset["at"]), now);
    if (firstChild instanceof Text && firstChild.data !== text) firstChild.data = text;
  }
}
