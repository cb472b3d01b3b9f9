import type { CardKernel } from "../card/kernel.ts";
import { extensionCode } from "../wgsl/extension.ts";

/**
 * result[i] = start · Π factors[b] over the bits b of i that are set: powers of 2^b-th powers, and twiddles in bit-reversed
 * order.
 * Shape: `count` words; factors in Montgomery form, 32 of them; start in the form of the result.
 */
export const powers: CardKernel = {
  name: "powers",
  params: ["start"],
  item: [],
  read: ["factors"],
  write: ["result"],
  body: /* wgsl */ `
  var power = p.start;
  for (var rest = i; rest != 0u; rest &= rest - 1u) { power = product(power, factors[firstTrailingBit(rest)]); }
  result[i] = power;`,
};

const byDegree = new Map<number, CardKernel>();

/** Powers in an extension, from 1: coordinate k of result i is at k · stride + i, in Montgomery form. */
export function extensionPowers(degree: number): CardKernel {
  const known = byDegree.get(degree);
  if (known !== undefined) return known;
  const kernel: CardKernel = {
    name: `extension-powers-${degree}`,
    params: ["stride"],
    item: [],
    read: ["factors"],
    write: ["result"],
    declarations: extensionCode(degree),
    body: /* wgsl */ `
  var power = Ext();
  power[0] = R;
  for (var rest = i; rest != 0u; rest &= rest - 1u) {
    var factor = Ext();
    for (var k = 0u; k < ${degree}u; k++) { factor[k] = factors[firstTrailingBit(rest) * ${degree}u + k]; }
    power = ext_mul(power, factor);
  }
  for (var k = 0u; k < ${degree}u; k++) { result[k * p.stride + i] = power[k]; }`,
  };
  byDegree.set(degree, kernel);
  return kernel;
}
