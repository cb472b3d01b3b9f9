/** Addition and multiplication by small non-negative integers, for any representation of an element. */
interface LinearOperations<T> {
  add(a: T, b: T): T;
  scale(x: T, factor: number): T;
}

/**
 * yᵢ = Σₖ firstRow[k] · x[(i + k) mod n] for n = 2^m and non-negative integers as entries. If two entries
 * half a row apart are c and c + e, both halves of x share c times their sum, and the shared part is a
 * circulant of half the size. So the permutation's matrix takes 136 products, not 192 (it has 64 ones among
 * 256 entries), and nothing is subtracted or halved. Throws RangeError unless the lengths are equal powers of
 * two.
 */
export function multiplyByCirculant<T>(firstRow: readonly number[], x: readonly T[], operations: LinearOperations<T>): T[] {
  const n = x.length;
  if (firstRow.length !== n || n === 0 || (n & (n - 1)) !== 0) {
    throw new RangeError(`a circulant of ${firstRow.length} entries cannot multiply ${n} elements`);
  }
  const half = n / 2;
  const scaled = (value: T, factor: number): T => (factor === 1 ? value : operations.scale(value, factor));
  const [only] = x;
  if (n === 1 && only !== undefined) return [scaled(only, firstRow[0] ?? 0)];
  const shared = firstRow.slice(0, half).map((c, k) => Math.min(c, firstRow[half + k] ?? 0));
  const [low, high] = [x.slice(0, half), x.slice(half)];
  const sums = low.map((value, i) => {
    const other = high[i];
    return other === undefined ? value : operations.add(value, other);
  });
  const common = multiplyByCirculant(shared, sums, operations);
  const excess = firstRow.map((c, k) => c - (shared[k % half] ?? 0));
  return x.map((_, i) => {
    const terms = excess.flatMap((factor, k) => {
      const value = x[(i + k) % n];
      return factor === 0 || value === undefined ? [] : [scaled(value, factor)];
    });
    const start = common[i % half];
    if (start === undefined) throw new RangeError("a circulant has as many results as entries");
    return terms.reduce((sum, term) => operations.add(sum, term), start);
  });
}
