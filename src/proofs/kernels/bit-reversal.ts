/** The lowest `bits` bits of `index` in reverse order. */
export function bitReverse(index: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed = reversed * 2 + ((index >>> bit) & 1);
  return reversed;
}

/** The bits of all numbers below 2^bits in reverse order: those with one more bit from those without it. */
export function bitReversals(bits: number): Uint32Array {
  const reversed = new Uint32Array(2 ** bits);
  for (let half = 1; half < reversed.length; half *= 2) {
    const bit = reversed.length / (2 * half);
    for (let k = 0; k < half; k++) reversed[half + k] = (reversed[k] ?? 0) + bit;
  }
  return reversed;
}
