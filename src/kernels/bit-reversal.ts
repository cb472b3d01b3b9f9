/** The lowest `bits` bits of `index` in reverse order. */
export function bitReverse(index: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed = reversed * 2 + ((index >>> bit) & 1);
  return reversed;
}
