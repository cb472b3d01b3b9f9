import { inv, P } from "./koala-bear.ts";

/** Bound of the sum of a word's limbs. */
const KEPT_BELOW = 2 ** 20;
/** Found so far; 0 where none was asked for. Rows of a run ask for few different ones, hundred thousands of times. */
const found = new Uint32Array(KEPT_BELOW);

/** The inverse of an integer between −p and p; 0 for 0. */
export function smallInverse(value: number): number {
  if (value === 0) return 0;
  const size = Math.abs(value);
  let inverse = found[size] ?? inv(size);
  if (inverse === 0) found[size] = inverse = inv(size);
  return value < 0 ? P - inverse : inverse;
}
