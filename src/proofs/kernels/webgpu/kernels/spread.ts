import type { CardKernel } from "../card/kernel.ts";

/**
 * dest[i] = source[i mod 2^logRows] · factors[i mod 2^logRows]: coefficients on a coset, once for each coset that is evaluated.
 * Shape: columns of 2^logRows words at `column` → `count` words at `dest`; factors in Montgomery form, the rest canonical.
 */
export const spread: CardKernel = {
  name: "spread",
  params: ["mask"],
  item: ["column", "dest"],
  read: ["source", "factors"],
  write: ["result"],
  body: /* wgsl */ `result[dest + i] = product(source[column + (i & p.mask)], factors[i & p.mask]);`,
};
