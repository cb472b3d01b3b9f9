import { add, mul } from "../field/koala-bear.ts";
import { MDS_MATRIX, ROUND_CONSTANTS } from "./poseidon.ts";

/** The round constants of the form in which partial rounds have one each. */
interface CompactRoundConstants {
  readonly initial: readonly (readonly number[])[];
  /** Constant of lane 0 in each partial round; the other lanes have none. */
  readonly partial: readonly number[];
  readonly terminal: readonly (readonly number[])[];
}

/**
 * The permutation of `reference/poseidon.ts` with fewer additions: what a partial round adds to lanes without an S-box
 * passes the S-box unchanged, so it may be added, multiplied by the matrix, in the round after. What is left after the
 * last partial round joins the constants of the first terminal round.
 */
export const COMPACT_CONSTANTS: CompactRoundConstants = compactConstants();

function compactConstants(): CompactRoundConstants {
  const partial: number[] = [];
  let carried = MDS_MATRIX.map(() => 0);
  for (const constants of ROUND_CONSTANTS.partial) {
    const [first = 0, ...others] = sum(carried, constants);
    partial.push(first);
    carried = MDS_MATRIX.map((row) => [0, ...others].reduce((total, x, i) => add(total, mul(row[i] ?? 0, x)), 0));
  }
  const [first = [], ...terminal] = ROUND_CONSTANTS.terminal;
  return { initial: ROUND_CONSTANTS.initial, partial, terminal: [sum(carried, first), ...terminal] };
}

function sum(a: readonly number[], b: readonly number[]): number[] {
  return a.map((x, i) => add(x, b[i] ?? 0));
}
