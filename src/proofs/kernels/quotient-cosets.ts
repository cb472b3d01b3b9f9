/**
 * Cosets of a table's trace domain on which its quotient is evaluated: at most as many points as it has
 * coefficients, and a power of two, so that they are one coset of a larger domain. The quotient has zeros
 * after the requested chunks if every constraint holds. Throws RangeError for an invalid number of chunks.
 */
export function quotientCosets(chunkCount: number): number {
  if (!Number.isInteger(chunkCount) || chunkCount < 1)
    throw new RangeError(`a quotient has one chunk or more, not ${chunkCount}`);
  return 2 ** Math.ceil(Math.log2(chunkCount));
}
