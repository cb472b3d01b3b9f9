/**
 * Rules that make the segments of a run one run. Each rule excludes one forgery, which is a test of that name
 * (`test/stark/segments`).
 */
export type SegmentRule =
  /** Rules of the tables. */
  | "chain"
  | "ghost has current columns"
  | "ghost is silent"
  | "first row opens"
  | "last row closes"
  | "counters"
  /** Rules of the inputs from which challenges are drawn. */
  | "root in the fold"
  | "statement in the fold"
  /** Rules of a segment's verifier. */
  | "flags from the folds"
  | "local sum"
  /** Rules of joining and closing a run. */
  | "folds meet"
  | "carried sum"
  | "load"
  | "clock";

/** Limits of cutting a system's runs. */
export interface SegmentBounds {
  readonly most: number;
  /**
   * Bounds what a run counts in its rows, whatever their number in one segment: each row of a table counts as often as `ticks`
   * says by the table's name, and the sum over the run stays below.
   */
  readonly clock?: { readonly below: number; readonly ticks: Readonly<Record<string, number>> };
  /** NOT SECURE: rules that are left out, for tests that show the purpose of each. They are in the key. */
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

/** True if a system with segments has the rule: always, except in a test of its purpose. */
export function holds({ segments }: { readonly segments?: SegmentBounds | undefined }, rule: SegmentRule): boolean {
  return segments?.without?.includes(rule) !== true;
}

/**
 * Continuation after a cut of a table that reads the next row: it is chained to its previous rows, row by
 * row, or independent in each segment. A table may be independent only if none of its rows constrains a row
 * beyond the cut.
 */
export type InSegments = "chained" | "standsAlone";
