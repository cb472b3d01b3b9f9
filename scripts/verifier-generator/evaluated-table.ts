import type { Air } from "../../src/proofs/stark/constraints/air.ts";

/** Input of an evaluator of constraints: the graph of one table, and the number of words of each kind. */
export interface EvaluatedTable {
  readonly table: {
    readonly air: Pick<Air, "nodes" | "constraints">;
    /** Power of the composition challenge of the first constraint. */
    readonly firstConstraint: number;
    /** Leading columns, which the evaluator reads: preprocessed ones, then the main ones. */
    readonly preprocessedWidth: number;
    readonly mainWidth: number;
  };
  readonly columnCount: number;
  readonly nextCount: number;
  readonly statementCount: number;
  readonly auxiliaryCount: number;
}
