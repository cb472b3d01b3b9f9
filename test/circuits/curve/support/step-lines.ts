import {
  type CurveStepCells,
  DIGIT_OFFSET,
  FIRST_UPPER_LIMB,
} from "../../../../src/proofs/circuits/curve-step/curve-step-air.ts";
import { type CurveProduct, productWitness } from "../../../../src/proofs/circuits/curve-product/product-identity.ts";
import { inversesOf, modulo, type Point } from "../../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { bytesOf, LIMB, limbsOf, WORD_BYTES } from "../../../../src/proofs/circuits/shapes/word.ts";
import { smallInverse } from "../../../../src/proofs/field/small-inverse.ts";

/** Place and inputs of a step. */
interface StepPlace {
  readonly time: number;
  readonly step: number;
  readonly bits: readonly number[];
  readonly parts: readonly number[];
  readonly full: number;
}

/** Lines of a step, and its end. */
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

/** Witness of a row's products. Throws Error for an untrue one. */
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

/** x = X/Z² and y = Y/Z³, which adding to does not divide. Never infinity. */
interface Projective {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

/**
 * The lines of steps from a point on that add a point each; undefined if a step has none: if it were to add equal or opposite
 * points, or came to infinity or to a point whose x is too large. Points are computed without dividing first, so that all
 * divisors are known at once and share one division (Montgomery's trick).
 */
export function linesOfSteps(start: Point, chosen: readonly Point[]): StepLines[] | undefined {
  const places: Projective[] = [{ ...start, z: 1n }];
  for (const point of chosen) {
    const step = sums(places.at(-1), point);
    if (step.some(({ z }) => z === 0n)) return undefined;
    places.push(...step);
  }
  const inverses = inversesOf(places.map(({ z }) => z));
  // The Z of a sum is that before it, to the third power, times what the sum divides by.
  const inverseAt = (sum: number): bigint => {
    const before = places[sum]?.z ?? 0n;
    return modulo(modulo(before * modulo(before * before)) * (inverses.get(places[sum + 1]?.z ?? 0n) ?? 0n));
  };
  let point = start;
  const lines: StepLines[] = [];
  for (const [i, own] of chosen.entries()) {
    const step = stepLines(point, own, [inverseAt(2 * i), inverseAt(2 * i + 1)]);
    if (!isStepResult(step.next)) return undefined;
    lines.push(step);
    point = step.next;
  }
  return lines;
}

/**
 * The sum of a place and a point, and of that and the place. Their Z are 0 for equal and opposite points, and then all that
 * follow.
 */
function sums(place: Projective | undefined, second: Point): Projective[] {
  if (place === undefined) throw new Error("steps begin at a point");
  const { x, y, z } = place;
  const zSquare = modulo(z * z);
  const gapX = modulo(second.x * zSquare - x);
  const gapY = modulo(second.y * modulo(zSquare * z) - y);
  const square = modulo(gapX * gapX);
  const cube = modulo(square * gapX);
  // The place, with the Z of the sum.
  const same = { x: modulo(x * square), y: modulo(y * cube), z: modulo(z * gapX) };
  const sumX = modulo(gapY * gapY - cube - 2n * same.x);
  const sum = { x: sumX, y: modulo(gapY * (same.x - sumX) - same.y), z: same.z };
  return [sum, addWithSameZ(sum, same)];
}

/**
 * N. Meloni's formula ("New point addition formulae for ECC applications", 2007): the sum's Z is that of both, times the
 * difference of x.
 */
function addWithSameZ(first: Projective, second: Projective): Projective {
  const [gapX, gapY] = [modulo(first.x - second.x), modulo(first.y - second.y)];
  const square = modulo(gapX * gapX);
  const product = modulo(second.x * square);
  const x = modulo(gapY * gapY - first.x * square - product);
  const y = modulo(gapY * (product - x) - second.y * modulo(square * gapX));
  return { x, y, z: modulo(first.z * gapX) };
}

const OFFSET = Array.from({ length: WORD_BYTES }, () => BigInt(DIGIT_OFFSET)).reduce((sum, digit) => (sum << 8n) + digit, 0n);

/** Bytes whose digits represent a number modulo PRIME: as a number they are OFFSET more. */
function digitBytes(value: bigint): number[] {
  return bytesOf(modulo(value + OFFSET));
}

/** The inverse of the first difference of two words in its limb. */
function difference(a: readonly number[], b: readonly number[]): number[] {
  const at = a.findIndex((limb, i) => limb !== b[i]);
  return a.map((limb, i) => (i === at ? smallInverse(limb - (b[i] ?? 0)) : 0));
}
