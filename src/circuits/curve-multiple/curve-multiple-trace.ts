import { inv } from "../../field/koala-bear.ts";
import { type Rows, traceColumns } from "../../stark/trace-columns.ts";
import { GENERATOR, INFINITY, type Point } from "../curve/secp256k1.ts";
import { bytesOf, limbsOf } from "../words/word.ts";
import { CURVE_MULTIPLE_FIELDS, type CurveMultipleCells } from "./curve-multiple-air.ts";

/** u generators and v points. Scalars are words. */
export interface Multiples {
  readonly u: bigint;
  readonly v: bigint;
  readonly point: Point;
}

/** What a row asks of other rows and tables; it counts as asked. */
export interface CurveAnswers {
  readonly multiple: (request: Multiples) => Point;
  readonly sum: (first: Point, second: Point) => Point;
}

/** The row that answers, but for the number of uses, and the result. */
export function curveMultipleRow(
  { u, v, point }: Multiples,
  { multiple, sum }: CurveAnswers,
): { readonly cells: Omit<CurveMultipleCells, "uses">; readonly result: Point } {
  const goesOn = u > 1n || v > 1n;
  const ofHalves = goesOn ? multiple({ u: u >> 1n, v: v >> 1n, point }) : INFINITY;
  const doubled = goesOn ? sum(ofHalves, ofHalves) : INFINITY;
  const both = sum(GENERATOR, point);
  const [bitU, bitV] = [(u & 1n) === 1n, (v & 1n) === 1n];
  const chosen = bitU ? (bitV ? both : GENERATOR) : bitV ? point : INFINITY;
  const result = sum(doubled, chosen);
  const [limbsU, limbsV] = [limbsOf(u), limbsOf(v)];
  const [halfU, halfV] = [limbsOf(u >> 1n), limbsOf(v >> 1n)];
  return {
    cells: {
      u: limbsU,
      v: limbsV,
      halfU,
      halfV,
      lowU: limbsU.map((limb) => limb & 1),
      lowV: limbsV.map((limb) => limb & 1),
      goesOn: goesOn ? 1 : 0,
      inverse: goesOn ? inv([...halfU, ...halfV].reduce((sum, limb) => sum + limb, 0)) : 0,
      real: 1,
      ...{ x: bytesOf(point.x), y: bytesOf(point.y), bothX: bytesOf(both.x), bothY: bytesOf(both.y) },
      ...{ sumX: bytesOf(ofHalves.x), sumY: bytesOf(ofHalves.y) },
      ...{ doubledX: bytesOf(doubled.x), doubledY: bytesOf(doubled.y) },
      ...{ chosenX: bytesOf(chosen.x), chosenY: bytesOf(chosen.y) },
      ...{ resultX: bytesOf(result.x), resultY: bytesOf(result.y) },
    },
    result,
  };
}

/** The main columns of the table; of no rows without multiples. It is filled up with rows that do not answer. */
export function curveMultipleColumns(rows: Rows<typeof CURVE_MULTIPLE_FIELDS>, minLogRows: number): Uint32Array[] {
  const none: CurveAnswers = { multiple: () => INFINITY, sum: () => INFINITY };
  const { cells } = curveMultipleRow({ u: 0n, v: 0n, point: INFINITY }, none);
  const idle: CurveMultipleCells = { ...cells, real: 0, uses: 0 };
  return traceColumns("curveMultiple", CURVE_MULTIPLE_FIELDS, rows, { padding: () => idle, minLogRows });
}
