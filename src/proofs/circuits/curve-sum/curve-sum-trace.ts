import { smallInverse } from "../../field/small-inverse.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import type { CurveProduct } from "../curve-product/product-identity.ts";
import { INFINITY, inverse, modulo, type Point, PRIME } from "../secp256k1/secp256k1.ts";
import { lessCells } from "../words/less-than.ts";
import { bytesOf, LIMBS, limbsOf, WORD_BYTES } from "../shapes/word.ts";
import { CURVE_SUM_FIELDS, type CurveSumCells, SLOPE_OFFSET } from "./curve-sum-air.ts";

/** Cells of a row without the number of uses, the sum, and the products that the row requests. */
interface CurveSumRow {
  readonly cells: Omit<CurveSumCells, "uses">;
  readonly sum: Point;
  readonly products: readonly CurveProduct[];
}

type Kind = "chord" | "tangent" | "opposite" | "onlyFirst" | "onlySecond";

/** Gives inverses modulo PRIME, for divisors from 0 to PRIME − 1; 0 for 0. */
export type Invert = (divisor: bigint) => bigint;

/** The row that adds two points. */
export function curveSumRow(first: Point, second: Point, invert: Invert = inverse): CurveSumRow {
  const kind = kindOf(first, second);
  const slope = slopeOf(kind, first, second, invert);
  const sum = sumOf(kind, first, second, slope);
  const hasLine = kind === "chord" || kind === "tangent";
  // The slope's digits represent the number of its bytes minus OFFSET.
  const slopeBytes = hasLine ? bytesOf(modulo(slope + OFFSET)) : new Array<number>(WORD_BYTES).fill(SLOPE_OFFSET);
  const half = kind === "tangent" ? modulo(first.x * first.x * HALF) : 0n;
  const flags = { chord: 0, tangent: 0, opposite: 0, onlyFirst: 0, onlySecond: 0, [kind]: 1 };
  const isFinite = hasLine || kind === "opposite";
  const cells = {
    ...flags,
    x1: bytesOf(first.x),
    y1: bytesOf(first.y),
    x2: bytesOf(second.x),
    y2: bytesOf(second.y),
    x3: bytesOf(sum.x),
    y3: bytesOf(sum.y),
    slope: slopeBytes,
    half: limbsOf(half),
    differs: kind === "chord" ? difference(limbsOf(first.x), limbsOf(second.x)) : limbsOf(0n),
    inverse1: isFinite ? inverseOfSum(first.y) : 0,
    inverse2: isFinite ? inverseOfSum(second.y) : 0,
    ...lessCells(hasLine ? { x: sum.x, y: PRIME } : undefined),
  };
  return { cells, sum, products: productsOf(kind, cells) };
}

/** The sum of two points. */
export function addPoints(first: Point, second: Point, invert: Invert = inverse): Point {
  const kind = kindOf(first, second);
  return sumOf(kind, first, second, slopeOf(kind, first, second, invert));
}

/** 2^-1 modulo PRIME. */
const HALF = (PRIME + 1n) / 2n;
const OFFSET = Array.from({ length: WORD_BYTES }, () => BigInt(SLOPE_OFFSET)).reduce((sum, digit) => (sum << 8n) + digit, 0n);

function kindOf(first: Point, second: Point): Kind {
  if (first.y === 0n) return "onlySecond";
  if (second.y === 0n) return "onlyFirst";
  if (first.x !== second.x) return "chord";
  return first.y === second.y ? "tangent" : "opposite";
}

function slopeOf(kind: Kind, first: Point, second: Point, invert: Invert): bigint {
  if (kind === "chord") return modulo((second.y - first.y) * invert(modulo(second.x - first.x)));
  return kind === "tangent" ? modulo(3n * first.x * first.x * invert(modulo(2n * first.y))) : 0n;
}

function sumOf(kind: Kind, first: Point, second: Point, slope: bigint): Point {
  switch (kind) {
    case "onlyFirst":
      return first;
    case "onlySecond":
      return second;
    case "opposite":
      return INFINITY;
    case "chord":
    case "tangent": {
      const x = modulo(slope * slope - first.x - second.x);
      return { x, y: modulo(slope * (first.x - x) - first.y) };
    }
  }
}

/** Products that the row sends, in the order of `askLine`. */
function productsOf(kind: Kind, cells: Omit<CurveSumCells, "uses">): CurveProduct[] {
  const { x1, y1, x2, y2, x3, y3, slope, half } = cells;
  const [x1s, x2s, x3s] = [limbsOfBytes(x1), limbsOfBytes(x2), limbsOfBytes(x3)];
  const [y1s, y2s, y3s] = [limbsOfBytes(y1), limbsOfBytes(y2), limbsOfBytes(y3)];
  const digits = slope.map((byte) => byte - SLOPE_OFFSET);
  if (kind === "opposite") return [{ x: y1, z: bytesOf(1n), r: y2s.map((limb) => -limb) }];
  if (kind !== "chord" && kind !== "tangent") return [];
  const line =
    kind === "chord"
      ? [{ x: x1.map((byte, i) => (x2[i] ?? 0) - byte), z: digits, r: y2s.map((limb, i) => limb - (y1s[i] ?? 0)) }]
      : [
          { x: y1, z: digits, r: half.map((limb) => 3 * limb) },
          { x: x1, z: x1, r: half.map((limb) => 2 * limb) },
        ];
  return [
    ...line,
    { x: digits, z: digits, r: x1s.map((limb, i) => limb + (x2s[i] ?? 0) + (x3s[i] ?? 0)) },
    { x: x1.map((byte, i) => byte - (x3[i] ?? 0)), z: digits, r: y3s.map((limb, i) => limb + (y1s[i] ?? 0)) },
  ];
}

/** The main columns of the table; of no rows without sums. It is filled up with infinity + infinity. */
export function curveSumColumns(rows: Rows<typeof CURVE_SUM_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const idle: CurveSumCells = { ...curveSumRow(INFINITY, INFINITY).cells, uses: 0 };
  return traceColumns("curveSum", CURVE_SUM_FIELDS, rows, { padding: () => idle, minLogRows });
}

function limbsOfBytes(bytes: readonly number[]): number[] {
  const limbs: number[] = [];
  for (let i = 0; i < 2 * LIMBS; i += 2) limbs.push((bytes[i] ?? 0) + 256 * (bytes[i + 1] ?? 0));
  return limbs;
}

function inverseOfSum(value: bigint): number {
  return smallInverse(bytesOf(value).reduce((sum, byte) => sum + byte, 0));
}

/** The inverse of the first difference of two words in its limb. */
function difference(a: readonly number[], b: readonly number[]): number[] {
  const at = a.findIndex((limb, i) => limb !== b[i]);
  return a.map((limb, i) => (i === at ? smallInverse(limb - (b[i] ?? 0)) : 0));
}
