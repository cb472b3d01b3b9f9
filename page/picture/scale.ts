/** Seconds that the picture can show, and what each is called. */
export const SPANS = {
  "60": "1 minute",
  "180": "3 minutes",
  "600": "10 minutes",
  "1800": "30 minutes",
  "3600": "1 hour",
} as const;
/** The most that is shown where no reader has chosen. */
const MOST_UNCHOSEN = "600";
/** Pixels of a lane and of the times of day below the last, as the style has them; and of a lane above its line. */
export const [LANE, AXIS, ABOVE] = [24, 24, 11];
/** Places are counted from the beginning of an hour: at a minute's zoom a day is more pixels than a browser tells apart. */
const HOUR_MS = 3_600_000;
/** Parts of a span in which the same marks are drawn, and only moved. */
const PARTS = 12;

/** The shortest span that has all since then, up to ten minutes: a young ecosystem fills the picture. */
export function fittingSpan(sinceMs: number, nowMs: number): string {
  const spans = Object.keys(SPANS).filter((seconds) => Number(seconds) <= Number(MOST_UNCHOSEN));
  return spans.find((seconds) => nowMs - sinceMs < Number(seconds) * 1_000) ?? MOST_UNCHOSEN;
}

/**
 * Positions of times and members in the picture. A drawn mark has a fixed position, and moves with the whole
 * picture as time runs.
 */
export interface Scale {
  readonly plot: number;
  readonly height: number;
  /** The place of a time among what is moved. */
  readonly x: (atMs: number) => number;
  /** Displacement of the whole picture. */
  readonly shift: number;
  /** The middle of a member's lane; undefined where it has none. */
  readonly y: (chainId: number) => number | undefined;
  readonly first: number;
  readonly last: number;
  /** Start of the drawn time, which changes seldom. */
  readonly drawnFrom: number;
  readonly perMs: number;
  /** The time at place 0. */
  readonly origin: number;
}

export function scaleOf(last: number, spanMs: number, width: number, lanes: readonly { readonly chainId: number }[]): Scale {
  const plot = Math.max(1, width);
  const perMs = Math.max(1, plot - 14) / spanMs;
  const origin = Math.floor(last / HOUR_MS) * HOUR_MS;
  const first = last - spanMs;
  const rows = new Map(lanes.map(({ chainId }, i) => [chainId, i] as const));
  return {
    ...{ plot, first, last, perMs, origin },
    height: lanes.length * LANE + AXIS,
    x: (at) => (at - origin) * perMs,
    shift: (origin - first) * perMs,
    y: (chainId) => {
      const row = rows.get(chainId);
      return row === undefined ? undefined : row * LANE + ABOVE;
    },
    drawnFrom: Math.floor((first * PARTS) / spanMs) * (spanMs / PARTS),
  };
}
