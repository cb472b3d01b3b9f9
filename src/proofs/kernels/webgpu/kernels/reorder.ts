import type { CardKernel } from "../card/kernel.ts";

/**
 * dest[i] = source[bitrev(i)] · factors[i], or source[bitrev(−i)] · factors[i] with `negated`, of `bits` bits.
 * Shape: columns of 2^bits words, mask + 1, which must not be in their own place; factors in Montgomery form, the rest canonical.
 */
export const reorder: CardKernel = {
  name: "reorder",
  params: ["mask", "bits", "negated"],
  item: ["column", "dest"],
  read: ["source", "factors"],
  write: ["result"],
  body: /* wgsl */ `
  let index = select(i, (0u - i) & p.mask, p.negated == 1u);
  let reversed = select(reverseBits(index) >> (32u - p.bits), 0u, p.bits == 0u);
  result[dest + i] = product(source[column + reversed], factors[i]);`,
};
