import { isStepResult, stepLines, type StepLines } from "./curve-step-trace.ts";
import { inverse, modulo, type Point } from "../secp256k1/secp256k1.ts";

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
  const inverses = invertAll(places.map(({ z }) => z));
  // The Z of a sum is that before it, to the third power, times what the sum divides by.
  const inverseAt = (sum: number): bigint => {
    const before = places[sum]?.z ?? 0n;
    return modulo(modulo(before * modulo(before * before)) * (inverses[sum + 1] ?? 0n));
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

/** 1 by each of some numbers modulo PRIME; 0 by 0. */
export function inversesOf(numbers: readonly bigint[]): ReadonlyMap<bigint, bigint> {
  const divisors = numbers.filter((number) => number !== 0n);
  const inverses = invertAll(divisors);
  return new Map(divisors.map((divisor, i) => [divisor, inverses[i] ?? 0n]));
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

/** Of numbers that are not 0. */
function invertAll(numbers: readonly bigint[]): bigint[] {
  const prefixes: bigint[] = [];
  let product = 1n;
  for (const number of numbers) {
    prefixes.push(product);
    product = modulo(product * number);
  }
  let rest = inverse(product);
  const inverses = new Array<bigint>(numbers.length).fill(0n);
  for (let i = numbers.length - 1; i >= 0; i--) {
    inverses[i] = modulo(rest * (prefixes[i] ?? 1n));
    rest = modulo(rest * (numbers[i] ?? 1n));
  }
  return inverses;
}
