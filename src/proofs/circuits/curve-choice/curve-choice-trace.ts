import { inv } from "../../field/koala-bear.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { INFINITY, type Point } from "../secp256k1/secp256k1.ts";
import { bytesOf } from "../shapes/word.ts";
import { CURVE_CHOICE_FIELDS, type CurveChoiceCells } from "./curve-choice-air.ts";

/** The row for the sum of two points, which is not infinity. */
export function curveChoiceRow(
  { time, digit }: { readonly time: number; readonly digit: number },
  points: readonly [Point, Point],
  sum: Point,
  uses: number,
): CurveChoiceCells {
  const [first, second] = points;
  return {
    real: 1,
    time,
    digit,
    uses,
    x1: bytesOf(first.x),
    y1: bytesOf(first.y),
    x2: bytesOf(second.x),
    y2: bytesOf(second.y),
    x3: bytesOf(sum.x),
    y3: bytesOf(sum.y),
    inverse: inverseOfSum(sum.y),
  };
}

/** The main columns of the table; it has no rows without choices. Rows that are not real fill it up. */
export function curveChoiceColumns(rows: Rows<typeof CURVE_CHOICE_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const idle = { ...curveChoiceRow({ time: 0, digit: 0 }, [INFINITY, INFINITY], INFINITY, 0), real: 0 };
  return traceColumns("curveChoice", CURVE_CHOICE_FIELDS, rows, { padding: () => idle, minLogRows });
}

function inverseOfSum(value: bigint): number {
  const sum = bytesOf(value).reduce((total, byte) => total + byte, 0);
  return sum === 0 ? 0 : inv(sum);
}
