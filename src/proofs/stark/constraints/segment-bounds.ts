/**
 * What makes the segments of a run one run. Each rule stands against a forgery of its own, which is a test of that name
 * (`test/stark/segments`).
 */
export type SegmentRule =
  /** Of the tables. */
  | "chain"
  | "ghost has current columns"
  | "ghost is silent"
  | "first row opens"
  | "last row closes"
  | "counters"
  /** Of what the challenges are drawn from. */
  | "root in the fold"
  | "statement in the fold"
  /** Of a segment's verifier. */
  | "flags from the folds"
  | "local sum"
  /** Of what joins and closes a run. */
  | "folds meet"
  | "carried sum"
  | "load"
  | "clock";

/** What runs of a system may be cut into. */
export interface SegmentBounds {
  readonly most: number;
  /**
   * Bounds what a run counts in its rows, whatever their number in one segment: each row of a table counts as often as `ticks`
   * says by the table's name, and the sum over the run stays below.
   */
  readonly clock?: { readonly below: number; readonly ticks: Readonly<Record<string, number>> };
  /** NOT SECURE: rules that are left out, for tests that show what each is there for. They are in the key. */
  readonly without?: readonly SegmentRule[];
}

/** Public values that a segment's tables have behind all others: its index in the run from 1 on, `opens`, `closes`. */
export const SEGMENT_FLAGS = 3;

/** The values of these flags. */
export interface SegmentFlags {
  readonly index: number;
  /** 1 for the run's first segment, else 0. */
  readonly opens: number;
  /** 1 for its last, else 0. */
  readonly closes: number;
}

export function flagValues({ index, opens, closes }: SegmentFlags): number[] {
  return [index, opens, closes];
}

/** Whether a rule holds in a system with segments: always, but in a test of what it is there for. */
export function holds({ segments }: { readonly segments?: SegmentBounds | undefined }, rule: SegmentRule): boolean {
  return segments?.without?.includes(rule) !== true;
}

/**
 * How a table that reads the next row goes on behind a cut: it is chained to what it was, row by row, or stands alone in each
 * segment, which only a table may of which no row says anything about a row beyond the cut.
 */
export type InSegments = "chained" | "standsAlone";
