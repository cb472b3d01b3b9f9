import type { CurveMultipleCells } from "../curve-multiple/curve-multiple-air.ts";
import { curveMultipleColumns, curveMultipleRow, type Multiples } from "../curve-multiple/curve-multiple-trace.ts";
import { type CurveProduct, curveProductColumns } from "../curve-product/curve-product-trace.ts";
import type { CurveSumCells } from "../curve-sum/curve-sum-air.ts";
import { curveSumColumns, curveSumRow } from "../curve-sum/curve-sum-trace.ts";
import type { Point } from "./secp256k1.ts";

/** A row but for the number of its uses, and what it answers. */
interface UsedRow<Cells> {
  readonly cells: Cells;
  readonly result: Point;
  uses: number;
}

/** Collects the rows of the curve's tables. Equal requests share a row; what rows ask of other tables is collected, too. */
export class CurveTrace {
  readonly #multiples = new Map<string, UsedRow<Omit<CurveMultipleCells, "uses">>>();
  readonly #sums = new Map<string, UsedRow<Omit<CurveSumCells, "uses">>>();
  readonly #products: CurveProduct[] = [];

  /** u generators and v points. */
  readonly multiple = (request: Multiples): Point => {
    const { u, v, point } = request;
    return answer(this.#multiples, [u, v, point.x, point.y], () => {
      return curveMultipleRow(request, { multiple: this.multiple, sum: this.sum });
    });
  };

  readonly sum = (first: Point, second: Point): Point =>
    answer(this.#sums, [first.x, first.y, second.x, second.y], () => {
      const { cells, sum, products } = curveSumRow(first, second);
      for (const product of products) this.product(product);
      return { cells, result: sum };
    });

  readonly product = (product: CurveProduct): void => {
    this.#products.push(product);
  };

  /** The main columns of curveMultiple, curveSum and curveProduct; of no rows where nothing was asked. */
  columns(minLogRows: number): Uint32Array[][] {
    const rows = <Cells>(list: Map<string, UsedRow<Cells>>) => [...list.values()].map(({ cells, uses }) => ({ ...cells, uses }));
    return [
      curveMultipleColumns(rows(this.#multiples), minLogRows),
      curveSumColumns(rows(this.#sums), minLogRows),
      curveProductColumns(this.#products, minLogRows),
    ];
  }
}

/** The result for a key; it counts as asked once more. */
function answer<Cells>(
  rows: Map<string, UsedRow<Cells>>,
  key: readonly bigint[],
  make: () => { readonly cells: Cells; readonly result: Point },
): Point {
  const name = key.map((number) => number.toString(16)).join();
  const known = rows.get(name);
  if (known !== undefined) {
    known.uses++;
    return known.result;
  }
  const row = make();
  rows.set(name, { ...row, uses: 1 });
  return row.result;
}
