import { curveStepRow, STEP_NUMBERS, STEP_ROOM_BYTES, type StepRowPlaces } from "./emit/curve-step-row.ts";
import { NUMBER_BYTES } from "./emit/secp256k1-field.ts";
import { type ProductIdentity, shownProduct } from "./emit/shown-product.ts";
import { createSecp256k1Numbers, type Secp256k1Numbers } from "./secp256k1-numbers.ts";

/** A row of steps, and what shows its products. */
interface StepsLayout extends StepRowPlaces, ProductIdentity {
  /** Elements of a row. */
  readonly width: number;
  /** Maximum number of steps of a run. */
  readonly maxSteps: number;
}

/** A point with coordinates below the prime; not infinity. */
interface CurvePoint {
  readonly x: bigint;
  readonly y: bigint;
}

/**
 * Rows in sequence, valid until the next run, in which all elements outside the layout are 0; and the
 * resulting point.
 */
interface StepsRun {
  readonly rows: Uint32Array;
  readonly end: CurvePoint;
}

/**
 * Steps from a point on that double it and add one of the points that are chosen, for each digit the one at its place; undefined
 * if a step has no lines: if it were to add equal or opposite points, or came to infinity or to a point whose x is 2^256 − 2^48
 * or more. Throws Error for a product that is untrue, which no points of the curve have.
 */
export type RunSteps = (start: CurvePoint, chosen: readonly CurvePoint[], digits: readonly number[]) => StepsRun | undefined;

/** Maximum number of points to choose from. */
const MOST_CHOSEN = 16;

/** Numbers in the memory besides those of a step. */
const NAMES = [
  ...(["zSquare", "gapX", "gapY", "square", "cube", "sameX", "sameY", "sumX", "sumY"] as const),
  ...(["rest", "inverse", "held", "zero"] as const),
] as const;
type Name = (typeof NAMES)[number] | "px" | "py";

/** A memory for runs, about 0.4 MiB. */
export function createCurveSteps(layout: StepsLayout): RunSteps {
  const places = placesOf(layout);
  const { numbers } = places;
  const field = createSecp256k1Numbers(places.end, (builder) => {
    builder.add(curveStepRow(layout, builder.add(shownProduct(layout))));
  });
  const writeRow = field.exports.curveStepRow as (numbers: number, row: number, room: number) => number;
  field.write(places.offset, digitOffsets(layout.digitOffset));
  const all = field.words.subarray(places.rows / 4);

  return (start, chosen, digits) => {
    const { length } = digits;
    if (length > layout.maxSteps || chosen.length > MOST_CHOSEN)
      throw new RangeError(
        `${length} steps with ${chosen.length} points have no room: at most ${layout.maxSteps} with ${MOST_CHOSEN}`,
      );
    chosen.forEach(({ x, y }, i) => {
      field.write(places.chosen + 2 * NUMBER_BYTES * i, x);
      field.write(places.chosen + 2 * NUMBER_BYTES * i + NUMBER_BYTES, y);
    });
    field.write(numbers.x, start.x);
    field.write(numbers.y, start.y);
    if (!divide(field, places, digits)) return undefined;
    for (let step = 0; step < length; step++) {
      const at = places.chosen + 2 * NUMBER_BYTES * (digits[step] as number);
      field.words.copyWithin(numbers.chosenX / 4, at / 4, (at + 2 * NUMBER_BYTES) / 4);
      if (!takeStep(field, places, step)) return undefined;
      if (writeRow(numbers.x, places.rows + 4 * layout.width * step, places.room) !== 0)
        throw new Error("a product of a step's coordinates is another");
      field.words.copyWithin(numbers.x / 4, numbers.nextX / 4, (numbers.nextX + 2 * NUMBER_BYTES) / 4);
    }
    const end = { x: field.read(numbers.x), y: field.read(numbers.y) };
    return { rows: all.subarray(0, layout.width * length), end };
  };
}

interface Places {
  /** Addresses of a step's numbers, in the order of STEP_NUMBERS. */
  readonly numbers: Readonly<Record<(typeof STEP_NUMBERS)[number], number>>;
  readonly named: Readonly<Record<Name, number>>;
  readonly chosen: number;
  /** Z of each sum from index 1, and the product of those up to it; at index 0 both are 1. */
  readonly z: number;
  readonly products: number;
  readonly offset: number;
  readonly room: number;
  readonly rows: number;
  readonly end: number;
}

function placesOf({ maxSteps, width }: StepsLayout): Places {
  let end = 0;
  const take = (count: number): number => {
    const at = end;
    end += NUMBER_BYTES * count;
    return at;
  };
  const taken = <Key extends string>(names: readonly Key[]): Record<Key, number> =>
    Object.fromEntries(names.map((name) => [name, take(1)])) as Record<Key, number>;
  const sums = 2 * maxSteps + 1;
  const places = {
    numbers: taken(STEP_NUMBERS),
    named: taken([...NAMES, "px", "py"]),
    chosen: take(2 * MOST_CHOSEN),
    z: take(sums),
    products: take(sums),
    offset: take(1),
    room: take(STEP_ROOM_BYTES / NUMBER_BYTES + 1),
    rows: take((4 * width * maxSteps) / NUMBER_BYTES + 1),
  };
  return { ...places, end };
}

/**
 * The inverses of the Z of all sums. Points are computed without dividing first, so that all divisors are known at once and share
 * one division (Montgomery's trick). False if one is 0: then all behind it are.
 */
function divide(field: Secp256k1Numbers, places: Places, digits: readonly number[]): boolean {
  const { named, numbers, chosen } = places;
  const { multiply, write, words } = field;
  const zAt = (sum: number): number => places.z + NUMBER_BYTES * sum;
  const productAt = (sum: number): number => places.products + NUMBER_BYTES * sum;
  for (const at of [zAt(0), productAt(0)]) write(at, 1n);
  words.copyWithin(named.px / 4, numbers.x / 4, (numbers.x + 2 * NUMBER_BYTES) / 4);
  digits.forEach((digit, step) => {
    const sum = 2 * step + 1;
    addChosen(field, named, { point: chosen + 2 * NUMBER_BYTES * digit, z: zAt(sum - 1), next: zAt(sum) });
    addWithSameZ(field, named, { z: zAt(sum), next: zAt(sum + 1) });
    for (const own of [sum, sum + 1]) multiply(productAt(own), productAt(own - 1), zAt(own));
  });
  const last = 2 * digits.length;
  if (field.read(zAt(last)) === 0n) return false;
  field.invert(named.rest, productAt(last));
  for (let sum = last; sum > 0; sum--) {
    multiply(productAt(sum), named.rest, productAt(sum - 1));
    multiply(named.rest, named.rest, zAt(sum));
  }
  return true;
}

/**
 * Adds a point to the point X, Y, Z, which represents x = X/Z² and y = Y/Z³. Leaves the sum, and the
 * unchanged point with the sum's Z: the old one times the difference of x, which is 0 for equal and opposite
 * points.
 */
function addChosen(
  { multiply, subtract }: Secp256k1Numbers,
  { px, py, zSquare, gapX, gapY, square, cube, sameX, sameY, sumX, sumY }: Places["named"],
  { point, z, next }: Readonly<Record<"point" | "z" | "next", number>>,
): void {
  multiply(zSquare, z, z);
  multiply(gapX, point, zSquare);
  subtract(gapX, gapX, px);
  multiply(zSquare, zSquare, z);
  multiply(gapY, point + NUMBER_BYTES, zSquare);
  subtract(gapY, gapY, py);
  multiply(square, gapX, gapX);
  multiply(cube, square, gapX);
  multiply(sameX, px, square);
  multiply(sameY, py, cube);
  multiply(next, z, gapX);
  multiply(sumX, gapY, gapY);
  for (const less of [cube, sameX, sameX]) subtract(sumX, sumX, less);
  subtract(sumY, sameX, sumX);
  multiply(sumY, gapY, sumY);
  subtract(sumY, sumY, sameY);
}

/**
 * The sum of the sum and the place with the same Z, which is the place that follows: N. Meloni's formula ("New point addition
 * formulae for ECC applications", 2007). Its Z is theirs, times the difference of x.
 */
function addWithSameZ(
  { multiply, subtract }: Secp256k1Numbers,
  { px, py, gapX, gapY, square, cube, sameX, sameY, sumX, sumY, held }: Places["named"],
  { z, next }: Readonly<Record<"z" | "next", number>>,
): void {
  subtract(gapX, sumX, sameX);
  subtract(gapY, sumY, sameY);
  multiply(square, gapX, gapX);
  multiply(cube, square, gapX);
  multiply(held, sameX, square);
  multiply(square, sumX, square);
  multiply(px, gapY, gapY);
  for (const less of [square, held]) subtract(px, px, less);
  subtract(py, held, px);
  multiply(py, gapY, py);
  multiply(cube, sameY, cube);
  subtract(py, py, cube);
  multiply(next, z, gapX);
}

/**
 * Computes the lines of a step and its result, from its point and the chosen one, by the equations of the
 * table curveStep. False if the result's x is too large.
 */
function takeStep(field: Secp256k1Numbers, { numbers, named, z, products, offset }: Places, step: number): boolean {
  const { multiply, add, subtract, words } = field;
  const { x, y, chosenX, chosenY, slope, gap, secondSlope, nextX, nextY } = numbers;
  const { inverse, held } = named;
  // The Z of a sum is that before it, to the third power, times what the sum divides by.
  const divisorInverse = (before: number): void => {
    const at = z + NUMBER_BYTES * before;
    multiply(inverse, at, at);
    multiply(inverse, inverse, at);
    multiply(inverse, inverse, products + NUMBER_BYTES * (before + 1));
  };
  divisorInverse(2 * step);
  subtract(slope, chosenY, y);
  multiply(slope, slope, inverse);
  multiply(gap, slope, slope);
  for (const less of [x, x, chosenX]) subtract(gap, gap, less);
  divisorInverse(2 * step + 1);
  add(held, y, y);
  multiply(held, held, inverse);
  add(held, held, slope);
  subtract(secondSlope, named.zero, held);
  multiply(nextX, secondSlope, secondSlope);
  for (const less of [x, x, gap]) subtract(nextX, nextX, less);
  subtract(nextY, x, nextX);
  multiply(nextY, secondSlope, nextY);
  subtract(nextY, nextY, y);
  for (const line of [slope, gap, secondSlope]) add(line, line, offset);
  return isStepResult(words.subarray(nextX / 4, (nextX + NUMBER_BYTES) / 4));
}

/** Whether a number is below 2^256 − 2^48. */
function isStepResult(words: Uint32Array): boolean {
  return words.subarray(2).some((word) => word !== 0xffff_ffff) || (words[1] as number) < 0xffff_0000;
}

/** Excess of a line's bytes over the line, as a number. */
function digitOffsets(digitOffset: number): bigint {
  return Array.from({ length: NUMBER_BYTES }, () => BigInt(digitOffset)).reduce((sum, digit) => (sum << 8n) + digit, 0n);
}
