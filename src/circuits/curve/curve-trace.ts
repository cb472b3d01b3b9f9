import type { Fields, FieldValues } from "../../stark/fields.ts";
import { TableRows } from "../../stark/table-rows.ts";
import { CURVE_MULTIPLE_FIELDS } from "../curve-multiple/curve-multiple-air.ts";
import { curveMultipleColumns, curveMultipleRow, type Multiples } from "../curve-multiple/curve-multiple-trace.ts";
import { CURVE_PRODUCT_FIELDS } from "../curve-product/curve-product-air.ts";
import { type CurveProduct, curveProductColumns, curveProductRow } from "../curve-product/curve-product-trace.ts";
import { CURVE_SUM_FIELDS } from "../curve-sum/curve-sum-air.ts";
import { curveSumColumns, curveSumRow } from "../curve-sum/curve-sum-trace.ts";
import { KnownInverses } from "./known-inverses.ts";
import { GENERATOR, type Point } from "./secp256k1.ts";

/** Collects the rows of the curve's tables. Equal requests share a row; what rows ask of other tables is collected, too. */
export class CurveTrace {
  readonly #multiples = new Answers("curveMultiple", CURVE_MULTIPLE_FIELDS);
  readonly #sums = new Answers("curveSum", CURVE_SUM_FIELDS);
  readonly #products = new TableRows("curveProduct", CURVE_PRODUCT_FIELDS);
  readonly #inverses = new KnownInverses();

  /** u generators and v points. */
  readonly multiple = (request: Multiples): Point => {
    const { u, v, point } = request;
    this.#inverses.prepare(u, v, point, curveSumRow(GENERATOR, point).sum);
    return this.#multiple(request);
  };

  readonly sum = (first: Point, second: Point): Point =>
    this.#sums.ask([first.x, first.y, second.x, second.y], () => {
      const { cells, sum, products } = curveSumRow(first, second, this.#inverses.of);
      for (const product of products) this.product(product);
      return { cells: { ...cells, uses: 0 }, result: sum };
    });

  readonly product = (product: CurveProduct): void => {
    this.#products.push(curveProductRow(product));
  };

  readonly #multiple = (request: Multiples): Point => {
    const { u, v, point } = request;
    return this.#multiples.ask([u, v, point.x, point.y], () => {
      const { cells, result } = curveMultipleRow(request, { multiple: this.#multiple, sum: this.sum });
      return { cells: { ...cells, uses: 0 }, result };
    });
  };

  /** The main columns of curveMultiple, curveSum and curveProduct; of no rows where nothing was asked. Ends the collection. */
  columns(minLogRows: number): Uint32Array[][] {
    return [
      curveMultipleColumns(this.#multiples.rows(), minLogRows),
      curveSumColumns(this.#sums.rows(), minLogRows),
      curveProductColumns(this.#products, minLogRows),
    ];
  }
}

/** Rows that answer requests, how often each is asked, and what it answers. */
class Answers<F extends Fields & { readonly uses: 1 }> {
  readonly #rows: TableRows<F>;
  readonly #known = new Map<string, { readonly row: number; readonly result: Point }>();
  readonly #uses: number[] = [];

  constructor(table: string, fields: F) {
    this.#rows = new TableRows(table, fields);
  }

  /** The result for a key; it counts as asked once more. */
  ask(key: readonly bigint[], make: () => { readonly cells: FieldValues<F, number>; readonly result: Point }): Point {
    const name = key.map((number) => number.toString(16)).join();
    const known = this.#known.get(name);
    if (known !== undefined) {
      this.#uses[known.row] = (this.#uses[known.row] ?? 0) + 1;
      return known.result;
    }
    const { cells, result } = make();
    this.#known.set(name, { row: this.#rows.length, result });
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
