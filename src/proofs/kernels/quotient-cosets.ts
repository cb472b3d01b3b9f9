/**
 * Cosets of a table's trace domain on which its quotient is evaluated: as many points as it has coefficients at most, and a power
 * of two, so that they are one coset of a larger domain. What lies behind the chunks that are asked for is zero where every
 * constraint holds. Throws RangeError for what is no number of chunks.
 */
export function quotientCosets(chunkCount: number): number {
  if (!Number.isInteger(chunkCount) || chunkCount < 1)
    throw new RangeError(`a quotient has one chunk or more, not ${chunkCount}`);
  return 2 ** Math.ceil(Math.log2(chunkCount));
}
