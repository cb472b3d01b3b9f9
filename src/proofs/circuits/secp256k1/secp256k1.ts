/** The curve y² = x³ + 7 over the field of PRIME elements: SEC 2, section 2.4.1. Its group has ORDER elements, a prime. */
export const PRIME = 2n ** 256n - 2n ** 32n - 977n;
export const ORDER = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
export const CURVE_CONSTANT = 7n;

/** A point of the curve, with coordinates below PRIME, or INFINITY. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** The group's zero. (0, 0) is not on the curve, and no point has y = 0: the order is odd. */
export const INFINITY: Point = { x: 0n, y: 0n };

export const GENERATOR: Point = {
  x: 0x79be667e_f9dcbbac_55a06295_ce870b07_029bfcdb_2dce28d9_59f2815b_16f81798n,
  y: 0x483ada77_26a3c465_5da4fbfc_0e1108a8_fd17b448_a6855419_9c47d08f_fb10d4b8n,
};

/** The remainder from 0 to modulus − 1. */
export function modulo(value: bigint, modulus = PRIME): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** The inverse modulo a prime; 0 for 0. */
export function inverse(value: bigint, modulus = PRIME): bigint {
  let [a, b, s, t] = [modulo(value, modulus), modulus, 1n, 0n];
  while (a > 0n) {
    const quotient = b / a;
    [a, b, s, t] = [b - quotient * a, a, t - quotient * s, s];
  }
  return modulo(t, modulus);
}

/** 1 by each of some numbers modulo PRIME; 0 by 0. */
export function inversesOf(numbers: readonly bigint[]): ReadonlyMap<bigint, bigint> {
  const divisors = numbers.filter((number) => number !== 0n);
  const inverses = invertAll(divisors);
  return new Map(divisors.map((divisor, i) => [divisor, inverses[i] ?? 0n]));
}

/** Inverts numbers that are not 0. */
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

/** A square root modulo PRIME, which is 3 modulo 4; `undefined` for a non-residue. */
export function squareRoot(value: bigint): bigint | undefined {
  let [root, base] = [1n, modulo(value)];
  for (let exponent = (PRIME + 1n) / 4n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) root = modulo(root * base);
    base = modulo(base * base);
  }
  return modulo(root * root - value) === 0n ? root : undefined;
}
