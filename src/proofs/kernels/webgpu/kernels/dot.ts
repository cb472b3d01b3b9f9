import type { CardKernel } from "../card/kernel.ts";
import { extensionCode } from "../wgsl/extension.ts";

/** Rows that one invocation takes. */
export const DOT_CHUNK = 256;

const byDegree = new Map<number, CardKernel>();

/**
 * Σ column[row] · powers[row] over chunk i of `rows` rows: coordinate k to partials[dest + i · degree + k].
 * Shape: coordinate k of power row at k · stride + row, Montgomery form; columns canonical; partials canonical.
 */
export function dot(degree: number): CardKernel {
  const known = byDegree.get(degree);
  if (known !== undefined) return known;
  const kernel: CardKernel = {
    name: `dot-${degree}`,
    params: ["rows", "stride"],
    item: ["column", "dest"],
    read: ["source", "powers"],
    write: ["partials"],
    declarations: extensionCode(degree),
    body: /* wgsl */ `
  var sum = Ext();
  let end = min(p.rows, (i + 1u) * ${DOT_CHUNK}u);
  for (var row = i * ${DOT_CHUNK}u; row < end; row++) {
    let value = source[column + row];
    for (var k = 0u; k < ${degree}u; k++) { sum[k] = add(sum[k], product(powers[k * p.stride + row], value)); }
  }
  for (var k = 0u; k < ${degree}u; k++) { partials[dest + i * ${degree}u + k] = sum[k]; }`,
  };
  byDegree.set(degree, kernel);
  return kernel;
}

/**
 * sums[i] = Σ over c < chunks of partials[(i / width · chunks + c) · width + i mod width]: `width` sums of each group of
 * chunks.
 */
export const sumPartials: CardKernel = {
  name: "sum-partials",
  params: ["chunks", "width"],
  item: [],
  read: ["partials"],
  write: ["sums"],
  body: /* wgsl */ `
  var sum = 0u;
  let first = (i / p.width) * p.chunks * p.width + i % p.width;
  for (var chunk = 0u; chunk < p.chunks; chunk++) { sum = add(sum, partials[first + chunk * p.width]); }
  sums[i] = sum;`,
};
