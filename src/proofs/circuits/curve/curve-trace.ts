import type { Fields, FieldValues } from "../../stark/constraints/fields.ts";
import { type LeastHeight, TableRows } from "../../stark/rows/table-rows.ts";
import type { ArithmeticTrace } from "../arithmetic/arithmetic-trace.ts";
import { CURVE_CHOICE_FIELDS } from "../curve-choice/curve-choice-air.ts";
import { curveChoiceColumns } from "../curve-choice/curve-choice-trace.ts";
import { CURVE_MULTIPLE_FIELDS } from "../curve-multiple/curve-multiple-air.ts";
import { curveMultipleColumns, curveMultipleRows, type Multiples } from "../curve-multiple/curve-multiple-trace.ts";
import { CURVE_PRODUCT_FIELDS } from "../curve-product/curve-product-air.ts";
import { curveProductColumns, curveProductRow } from "../curve-product/curve-product-trace.ts";
import type { CurveProduct } from "../curve-product/product-identity.ts";
import { CURVE_STEP_FIELDS } from "../curve-step/curve-step-air.ts";
import { curveStepColumns, STEP_WIDTH } from "../curve-step/curve-step-trace.ts";
import { CURVE_SUM_FIELDS } from "../curve-sum/curve-sum-air.ts";
import { curveSumColumns, curveSumRow, type Invert } from "../curve-sum/curve-sum-trace.ts";
import type { Point } from "../secp256k1/secp256k1.ts";

/** The main columns of the curve's tables. */
export interface CurveColumns {
  readonly curveMultiple: readonly Uint32Array[];
  readonly curveChoice: readonly Uint32Array[];
  readonly curveStep: readonly Uint32Array[];
  readonly curveSum: readonly Uint32Array[];
  readonly curveProduct: readonly Uint32Array[];
}

/** Collects the rows of the curve's tables. Equal sums share a row; what rows ask of other tables is collected, too. */
export class CurveTrace {
  readonly #multiples = new TableRows("curveMultiple", CURVE_MULTIPLE_FIELDS);
  readonly #choices = new TableRows("curveChoice", CURVE_CHOICE_FIELDS);
  readonly #steps = new TableRows("curveStep", CURVE_STEP_FIELDS);
  readonly #sums = new Answers("curveSum", CURVE_SUM_FIELDS);
  readonly #products = new TableRows("curveProduct", CURVE_PRODUCT_FIELDS);

  /** u generators and v points; what is not of the curve is asked of `arithmetic`. Throws as `curveMultipleRows` does. */
  readonly multiple = (request: Multiples, arithmetic: Pick<ArithmeticTrace, "ask">): Point => {
    const { cells, choices, steps, result } = curveMultipleRows(request, { sum: this.sum, product: this.product, arithmetic });
    this.#multiples.push(cells);
    for (const choice of choices) this.#choices.push(choice);
    for (let at = 0; at < steps.length; at += STEP_WIDTH) this.#steps.begin(steps.subarray(at, at + STEP_WIDTH));
    return result;
  };

  readonly sum = (first: Point, second: Point, invert?: Invert): Point =>
    this.#sums.ask([first.x, first.y, second.x, second.y], () => {
      const { cells, sum, products } = curveSumRow(first, second, invert);
      for (const product of products) this.product(product);
      return { cells: { ...cells, uses: 0 }, result: sum };
    });

  readonly product = (product: CurveProduct): void => {
    this.#products.push(curveProductRow(product));
  };

  /**
   * The main columns of each table, of a least height for each; of no rows where nothing was asked, unless a table has its height
   * in any case. Ends the collection.
   */
  columns(leastOf: (table: keyof CurveColumns) => LeastHeight): CurveColumns {
    return {
      curveMultiple: curveMultipleColumns(this.#multiples, leastOf("curveMultiple")),
      curveChoice: curveChoiceColumns(this.#choices, leastOf("curveChoice")),
      curveStep: curveStepColumns(this.#steps, leastOf("curveStep")),
      curveSum: curveSumColumns(this.#sums.rows(), leastOf("curveSum")),
      curveProduct: curveProductColumns(this.#products, leastOf("curveProduct")),
    };
  }
}

/** Rows that answer requests, how often each is asked, and what it answers. */
class Answers<F extends Fields & { readonly uses: 1 }> {
  readonly #rows: TableRows<F>;
  readonly #resultRows = new Map<string, { readonly row: number; readonly result: Point }>();
  readonly #uses: number[] = [];

  constructor(table: string, fields: F) {
    this.#rows = new TableRows(table, fields);
  }

  /** The result for a key; it counts as asked once more. */
  ask(key: readonly bigint[], make: () => { readonly cells: FieldValues<F, number>; readonly result: Point }): Point {
    const name = key.map((number) => number.toString(16)).join();
    const known = this.#resultRows.get(name);
    if (known !== undefined) {
      this.#uses[known.row] = (this.#uses[known.row] ?? 0) + 1;
      return known.result;
    }
    const { cells, result } = make();
    this.#resultRows.set(name, { row: this.#rows.length, result });
    this.#uses[this.#rows.length] = 1;
    this.#rows.push(cells);
    return result;
  }

  /** The rows, with their uses. */
  rows(): TableRows<F> {
    this.#rows.overwrite("uses", this.#uses);
    return this.#rows;
  }
}
