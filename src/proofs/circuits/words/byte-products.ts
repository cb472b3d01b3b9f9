import { LIMBS } from "../shapes/word.ts";

const lowZ = new Float64Array(LIMBS);
const highZ = new Float64Array(LIMBS);

/**
 * Adds `factor` times the product of two numbers of 32 digits of 8 bits to 32 sums, one a limb: those that `productLimb` has in
 * a row. Sum k is that of the products at the positions 2k and 2k + 1, times 1 and 256; digits may be negative. Exact for digits
 * up to 510 in absolute value, as a sum is at most 32 · 510² · 257 < 2^53. Even digits times even digits are at an even position,
 * two odd ones at the next even position, and the others at the odd one between them.
 */
export function addByteProduct(sums: Float64Array, x: readonly number[], z: readonly number[], factor: number): void {
  for (let j = 0; j < LIMBS; j++) [lowZ[j], highZ[j]] = [z[2 * j] ?? 0, z[2 * j + 1] ?? 0];
  for (let i = 0; i < LIMBS; i++) {
    const [low, high] = [factor * (x[2 * i] ?? 0), factor * (x[2 * i + 1] ?? 0)];
    let carried = 0;
    for (let j = 0; j < LIMBS; j++) {
      const [ownLow, ownHigh] = [lowZ[j] as number, highZ[j] as number];
      sums[i + j] = (sums[i + j] as number) + low * ownLow + 256 * (low * ownHigh + high * ownLow) + carried;
      carried = high * ownHigh;
    }
    sums[i + LIMBS] = (sums[i + LIMBS] as number) + carried;
  }
}
