import { GENERATOR, INFINITY, inverse, modulo, type Point } from "./secp256k1.ts";

/** x = X/Z² and y = Y/Z³, which adding to does not divide. Never infinity. */
interface Projective {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

/** A sum that divides: the inverse of its divisor is what `before` has as Z, to this power, by what the sum has as Z. */
interface Division {
  readonly before: Projective;
  readonly after: Projective;
  readonly power: 3 | 4;
  /** The divisor by the coordinates of `before`. */
  readonly divisor: (x: bigint, y: bigint) => bigint;
}

/**
 * Inverses modulo PRIME. The sums of a multiple need some 400, each of what the sum before it came to; computed without
 * dividing first, their divisors are known at once and share one division (Montgomery's trick).
 */
export class KnownInverses {
  #known = new Map<bigint, bigint>();

  /** 1/divisor, for a divisor from 0 to PRIME − 1; 0 for 0. */
  readonly of = (divisor: bigint): bigint => this.#known.get(divisor) ?? inverse(divisor);

  /** Makes ready what the sums of u generators and v points divide by; `both` is the sum of a generator and a point. */
  prepare(u: bigint, v: bigint, point: Point, both: Point): void {
    const divisions = divisionsOf(u, v, point, both);
    const inverses = invertAll(divisions.map(({ after }) => after.z));
    this.#known = new Map();
    let inverseBefore = 1n;
    divisions.forEach(({ before, power, divisor }, i) => {
      const square = modulo(inverseBefore * inverseBefore);
      const x = modulo(before.x * square);
      const y = modulo(before.y * modulo(square * inverseBefore));
      const zSquare = modulo(before.z * before.z);
      inverseBefore = inverses[i] ?? 0n;
      const factor = modulo(zSquare * (power === 4 ? zSquare : before.z));
      this.#known.set(divisor(x, y), modulo(factor * inverseBefore));
    });
  }
}

/** Up to where a sum does not divide, or is of equal points or opposite ones: such multiples are no signature's. */
function divisionsOf(u: bigint, v: bigint, point: Point, both: Point): Division[] {
  const divisions: Division[] = [];
  const digits = [u, v].map((scalar) => scalar.toString(2));
  const length = Math.max(...digits.map((own) => own.length));
  const [bitsU = "", bitsV = ""] = digits.map((own) => own.padStart(length, "0"));
  let sum: Projective | undefined;
  for (let i = 0; i < length; i++) {
    const chosen = bitsU[i] === "1" ? (bitsV[i] === "1" ? both : GENERATOR) : bitsV[i] === "1" ? point : INFINITY;
    if (sum === undefined) {
      if (chosen.y === INFINITY.y) return divisions;
      sum = { ...chosen, z: 1n };
      continue;
    }
    const doubled = double(sum);
    divisions.push({ before: sum, after: doubled, power: 4, divisor: (_, y) => modulo(2n * y) });
    sum = doubled;
    if (chosen.y === INFINITY.y) continue;
    const added = add(doubled, chosen);
    if (added.z === 0n) return divisions;
    divisions.push({ before: doubled, after: added, power: 3, divisor: (x) => modulo(chosen.x - x) });
    sum = added;
  }
  return divisions;
}

/** Its Z is 2YZ: no point has y = 0. */
function double({ x, y, z }: Projective): Projective {
  const ySquare = modulo(y * y);
  const product = modulo(4n * x * ySquare);
  const slope = modulo(3n * x * x);
  const sum = modulo(slope * slope - 2n * product);
  return { x: sum, y: modulo(slope * (product - sum) - 8n * ySquare * ySquare), z: modulo(2n * y * z) };
}

/** Its Z is Z·(x₂Z² − X), 0 for equal and opposite points. */
function add({ x, y, z }: Projective, second: Point): Projective {
  const zSquare = modulo(z * z);
  const gapX = modulo(second.x * zSquare - x);
  const gapY = modulo(second.y * modulo(zSquare * z) - y);
  const square = modulo(gapX * gapX);
  const [cube, product] = [modulo(square * gapX), modulo(x * square)];
  const sum = modulo(gapY * gapY - cube - 2n * product);
  return { x: sum, y: modulo(gapY * (product - sum) - y * cube), z: modulo(z * gapX) };
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
