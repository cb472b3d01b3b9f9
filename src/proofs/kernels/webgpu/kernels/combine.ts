import type { CardKernel } from "../card/kernel.ts";

const byDegree = new Map<number, CardKernel>();

/**
 * result[dest + k · stride + (i << logStep)] += Σ_c weight_c[k] · source[column + c · rows + i] over `columns` columns that
 * follow each other: extension columns, of f(x^step) for shorter ones. Weights at `weight`, coordinate by coordinate, in
 * Montgomery form.
 * Shape: columns of `rows` rows, canonical in and out.
 */
export function combine(degree: number): CardKernel {
  const known = byDegree.get(degree);
  if (known !== undefined) return known;
  const kernel: CardKernel = {
    name: `combine-${degree}`,
    params: ["rows", "stride", "logStep"],
    item: ["column", "columns", "weight", "dest"],
    read: ["source", "weights"],
    write: ["result"],
    body: /* wgsl */ `
  var sum = array<u32, ${degree}>();
  for (var c = 0u; c < columns; c++) {
    let value = source[column + c * p.rows + i];
    for (var k = 0u; k < ${degree}u; k++) {
      sum[k] = add(sum[k], product(weights[weight + c * ${degree}u + k], value));
    }
  }
  for (var k = 0u; k < ${degree}u; k++) {
    let at = dest + k * p.stride + (i << p.logStep);
    result[at] = add(result[at], sum[k]);
  }`,
  };
  byDegree.set(degree, kernel);
  return kernel;
}
