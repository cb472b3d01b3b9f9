import type { CardKernel } from "../card/kernel.ts";
import { extensionCode } from "../wgsl/extension.ts";

const byDegree = new Map<number, CardKernel>();

/**
 * result[dest + k · stride + i] += coordinate k of start · ratio^i: places of one progression do not overlap.
 * Shape: powers as `dot`; starts at `start`, coordinate by coordinate, canonical.
 */
export function layProgressions(degree: number): CardKernel {
  const known = byDegree.get(degree);
  if (known !== undefined) return known;
  const each = `for (var k = 0u; k < ${degree}u; k++)`;
  const kernel: CardKernel = {
    name: `lay-progressions-${degree}`,
    params: ["stride", "powerStride"],
    item: ["start", "dest"],
    read: ["starts", "powers"],
    write: ["result"],
    declarations: extensionCode(degree),
    body: /* wgsl */ `
  var first = Ext();
  var power = Ext();
  ${each} { first[k] = starts[start + k]; power[k] = powers[k * p.powerStride + i]; }
  let term = ext_mul(power, first);
  ${each} { result[dest + k * p.stride + i] = add(result[dest + k * p.stride + i], term[k]); }`,
  };
  byDegree.set(degree, kernel);
  return kernel;
}
