import type { CardKernel } from "../card/kernel.ts";

/**
 * Factors of a constraint program's accumulators at point x of a coset: 1/Z, (x − g⁻¹)/Z, 1/(x − 1), 1/(x −
 * g⁻¹).
 * Shape: points of `rows` rows in natural order, Montgomery form → four columns, canonical, bit-reversed rows
 * of `bits` bits. inverseZ and lastPoint = g⁻¹ in Montgomery form.
 */
export const selectors: CardKernel = {
  name: "selectors",
  params: ["rows", "bits", "inverseZ", "lastPoint"],
  item: [],
  read: ["points"],
  write: ["result"],
  body: /* wgsl */ `
  let x = points[select(reverseBits(i) >> (32u - p.bits), 0u, p.bits == 0u)];
  let fromLast = sub(x, p.lastPoint);
  result[i] = product(p.inverseZ, 1u);
  result[p.rows + i] = product(product(fromLast, p.inverseZ), 1u);
  result[2u * p.rows + i] = product(inverse(sub(x, R)), 1u);
  result[3u * p.rows + i] = product(inverse(fromLast), 1u);`,
};
