import type { Air } from "../../src/stark/constraints/air.ts";

/** What an evaluator of constraints knows: the graph of one table, and how many words of each kind it is given. */
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
