import type { CardKernel } from "../card/kernel.ts";

/**
 * dest[i] += source[column + (firstIndex + i)/step] where step = 2^logStep divides firstIndex + i: a part of the
 * coefficients of f(x^step).
 * Canonical in and out.
 */
export const addLifted: CardKernel = {
  name: "add-lifted",
  params: ["firstIndex", "logStep"],
  item: ["column", "dest"],
  read: ["source"],
  write: ["result"],
  body: /* wgsl */ `
  let index = p.firstIndex + i;
  if ((index & ((1u << p.logStep) - 1u)) != 0u) { return; }
  result[dest + i] = add(result[dest + i], source[column + (index >> p.logStep)]);`,
};
