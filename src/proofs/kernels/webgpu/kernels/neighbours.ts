import type { CardKernel } from "../card/kernel.ts";
import { extensionCode } from "../wgsl/extension.ts";

/** Pairs that one invocation of the sums takes. */
export const PAIR_CHUNK = 64;

interface NeighbourKernels {
  /** partials[dest + i · 2 · degree]: h(0) and h(2) of chunk i, over 2³². See `StackOperations.roundSums`. */
  readonly sums: CardKernel;
  /** a + challenge · (a′ − a) of pair i. */
  readonly fold: CardKernel;
}

const byDegree = new Map<number, NeighbourKernels>();

/**
 * Extension columns taken in pairs of neighbours: coordinate k of pair i at first + k · stride + step · i, and at second.
 * Shape: canonical; the challenge in Montgomery form; folded columns at dest + k · resultStride + i.
 */
export function neighbours(degree: number): NeighbourKernels {
  const known = byDegree.get(degree);
  if (known !== undefined) return known;
  const each = `for (var k = 0u; k < ${degree}u; k++)`;
  const load = (name: string, buffer: string, place: string, index: string): string =>
    `var ${name} = Ext(); ${each} { ${name}[k] = ${buffer}[${place} + k * p.stride + p.step * ${index}]; }`;
  const kernels: NeighbourKernels = {
    sums: {
      name: `round-sums-${degree}`,
      params: ["pairs", "stride", "step"],
      item: ["first", "second", "otherFirst", "otherSecond", "dest"],
      read: ["left", "right"],
      write: ["partials"],
      declarations: extensionCode(degree),
      body: /* wgsl */ `
  var atZero = Ext();
  var atTwo = Ext();
  let end = min(p.pairs, (i + 1u) * ${PAIR_CHUNK}u);
  for (var j = i * ${PAIR_CHUNK}u; j < end; j++) {
    ${load("a", "left", "first", "j")} ${load("c", "left", "second", "j")}
    ${load("b", "right", "otherFirst", "j")} ${load("d", "right", "otherSecond", "j")}
    atZero = ext_add(atZero, ext_mul(a, b));
    atTwo = ext_add(atTwo, ext_mul(ext_sub(ext_add(c, c), a), ext_sub(ext_add(d, d), b)));
  }
  ${each} { partials[dest + i * ${2 * degree}u + k] = atZero[k]; partials[dest + i * ${2 * degree}u + ${degree}u + k] = atTwo[k]; }`,
    },
    fold: {
      name: `fold-neighbours-${degree}`,
      params: ["stride", "step", "resultStride"],
      item: ["first", "second", "dest"],
      read: ["source", "challenge"],
      write: ["result"],
      declarations: extensionCode(degree),
      body: /* wgsl */ `
  var point = Ext();
  ${each} { point[k] = challenge[k]; }
  ${load("a", "source", "first", "i")} ${load("b", "source", "second", "i")}
  let value = ext_add(a, ext_mul(ext_sub(b, a), point));
  ${each} { result[dest + k * p.resultStride + i] = value[k]; }`,
    },
  };
  byDegree.set(degree, kernels);
  return kernels;
}
