import { smallInverse } from "../../field/small-inverse.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { CURVE_SCALARS } from "../buses.ts";
import { type CurveProduct, productWitness } from "../curve-product/product-identity.ts";
import { modulo, type Point } from "../secp256k1/secp256k1.ts";
import { bytesOf, LIMB, limbsOf, WORD_BYTES } from "../shapes/word.ts";
import { CURVE_STEP_FIELDS, type CurveStepCells, DIGIT_OFFSET, FIRST_UPPER_LIMB } from "./curve-step-air.ts";

/** Where a step is, and what it takes. */
interface StepPlace {
  readonly time: number;
  readonly step: number;
  readonly bits: readonly number[];
  readonly parts: readonly number[];
  readonly full: number;
}

/** The lines of a step, and where it comes to. */
export interface StepLines {
  readonly point: Point;
  readonly chosen: Point;
  readonly slope: bigint;
  readonly gap: bigint;
  readonly secondSlope: bigint;
  readonly next: Point;
}

/** The lines of a step. The inverses are those of the differences of x: of both points, and of their sum and the point. */
export function stepLines(point: Point, chosen: Point, [inverse, inverseGap]: readonly [bigint, bigint]): StepLines {
  const slope = modulo((chosen.y - point.y) * inverse);
  const gap = modulo(slope * slope - 2n * point.x - chosen.x);
  const secondSlope = modulo(-slope - 2n * point.y * inverseGap);
  const x = modulo(secondSlope * secondSlope - 2n * point.x - gap);
  return { point, chosen, slope, gap, secondSlope, next: { x, y: modulo(secondSlope * (point.x - x) - point.y) } };
}

/** Whether x of a point is small enough for a step's result. */
export function isStepResult({ x }: Point): boolean {
  return limbsOf(x)
    .slice(FIRST_UPPER_LIMB)
    .some((limb) => limb < LIMB - 1);
}

/** The row of a step. */
export function curveStepRow({ time, step, bits, parts, full }: StepPlace, lines: StepLines): CurveStepCells {
  const { point, chosen, next } = lines;
  const cells = {
    ...{ real: 1, full, time, step, bits, parts },
    ...{ x: bytesOf(point.x), y: bytesOf(point.y), chosenX: bytesOf(chosen.x), chosenY: bytesOf(chosen.y) },
    ...{ slope: digitBytes(lines.slope), gap: digitBytes(lines.gap), secondSlope: digitBytes(lines.secondSlope) },
    ...{ nextX: bytesOf(next.x), nextY: bytesOf(next.y) },
    differs: difference(limbsOf(chosen.x), limbsOf(point.x)),
    inverse: smallInverse(limbsOf(next.x).reduce((sum, limb, i) => (i < FIRST_UPPER_LIMB ? sum : sum + LIMB - 1 - limb), 0)),
  };
  return { ...cells, ...stepWitness(cells) };
}

type Lines = Omit<CurveStepCells, "quotients" | "carries">;

/** What shows a row's products. Throws Error for an untrue one. */
export function stepWitness(cells: Lines): Pick<CurveStepCells, "quotients" | "carries"> {
  const witnesses = stepProducts(cells).map(productWitness);
  return { quotients: witnesses.flatMap(({ quotient }) => quotient), carries: witnesses.flatMap(({ carry }) => carry) };
}

/** A row's products, in their order. */
export function stepProducts(cells: Lines): CurveProduct[] {
  const { x, y, chosenX, chosenY, nextX, nextY } = cells;
  const [slope, gap, second] = [cells.slope, cells.gap, cells.secondSlope].map((bytes) =>
    bytes.map((byte) => byte - DIGIT_OFFSET),
  );
  if (slope === undefined || gap === undefined || second === undefined) throw new Error("a step has three lists of digits");
  return [
    { x: minus(chosenX, x), z: slope, r: minus(limbs(chosenY), limbs(y)) },
    { x: slope, z: slope, r: plus(limbs(x, 2), limbs(chosenX), limbs(gap)) },
    { x: slope.map((digit, i) => digit + (second[i] ?? 0)), z: gap, r: limbs(y, -2) },
    { x: second, z: second, r: plus(limbs(x, 2), limbs(gap), limbs(nextX)) },
    { x: minus(x, nextX), z: second, r: plus(limbs(y), limbs(nextY)) },
  ];
}

/** The digits of a difference. */
function minus(left: readonly number[], right: readonly number[]): number[] {
  return left.map((digit, i) => digit - (right[i] ?? 0));
}

/** A multiple of the limbs that digits make. */
function limbs(digits: readonly number[], factor = 1): number[] {
  const made: number[] = [];
  for (let i = 0; i < digits.length; i += 2) made.push(factor * ((digits[i] ?? 0) + 256 * (digits[i + 1] ?? 0)));
  return made;
}

/** The limbs of a sum. */
function plus(...[first = [], ...others]: readonly (readonly number[])[]): number[] {
  const sums = [...first];
  for (const other of others) for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (other[i] ?? 0);
  return sums;
}

/** The main columns of the table; it has no rows without steps. Rows that are not real fill it up. */
export function curveStepColumns(rows: Rows<typeof CURVE_STEP_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const idle = noStep();
  return traceColumns("curveStep", CURVE_STEP_FIELDS, rows, { padding: () => idle, minLogRows });
}

/** A row that is no step. */
export function noStep(): CurveStepCells {
  const [zeros, none] = [new Array<number>(WORD_BYTES).fill(0), new Array<number>(CURVE_SCALARS).fill(0)];
  const digits = digitBytes(0n);
  const cells = {
    ...{ real: 0, full: 0, time: 0, step: 0, bits: none, parts: none },
    ...{ x: zeros, y: zeros, chosenX: zeros, chosenY: zeros, slope: digits, gap: digits, secondSlope: digits },
    ...{ nextX: zeros, nextY: zeros, differs: limbsOf(0n), inverse: 0 },
  };
  return { ...cells, ...stepWitness(cells) };
}

const OFFSET = Array.from({ length: WORD_BYTES }, () => BigInt(DIGIT_OFFSET)).reduce((sum, digit) => (sum << 8n) + digit, 0n);

/** The bytes whose digits stand for a number modulo PRIME: as a number they are OFFSET more. */
function digitBytes(value: bigint): number[] {
  return bytesOf(modulo(value + OFFSET));
}

/** The inverse of the first difference of two words in its limb. */
function difference(a: readonly number[], b: readonly number[]): number[] {
  const at = a.findIndex((limb, i) => limb !== b[i]);
  return a.map((limb, i) => (i === at ? smallInverse(limb - (b[i] ?? 0)) : 0));
}
